package dev.rookery;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Which stored events are looked for; what is empty does not narrow it.
 *
 * @param patterns empty: every type
 * @param since of the event's own time, the first instant included
 * @param until the first instant not included
 * @param where a condition on the event, as a subscription has one
 */
public record Search(
    List<TypePattern> patterns,
    Optional<String> source,
    Optional<Instant> since,
    Optional<Instant> until,
    Optional<String> correlation,
    Optional<String> causation,
    Optional<String> key,
    Optional<String> where) {
  public static final Search ALL =
      new Search(
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  public Search {
    patterns = List.copyOf(patterns);
  }

  public Search types(String... wanted) {
    return new Search(
        TypePattern.all(wanted), source, since, until, correlation, causation, key, where);
  }

  public Search source(String wanted) {
    return new Search(
        patterns, Optional.of(wanted), since, until, correlation, causation, key, where);
  }

  public Search between(Instant first, Instant end) {
    return new Search(
        patterns, source, Optional.of(first), Optional.of(end), correlation, causation, key, where);
  }

  public Search correlation(String wanted) {
    return new Search(patterns, source, since, until, Optional.of(wanted), causation, key, where);
  }

  public Search causation(String wanted) {
    return new Search(patterns, source, since, until, correlation, Optional.of(wanted), key, where);
  }

  public Search key(String wanted) {
    return new Search(
        patterns, source, since, until, correlation, causation, Optional.of(wanted), where);
  }

  public Search where(String condition) {
    return new Search(
        patterns, source, since, until, correlation, causation, key, Optional.of(condition));
  }

  /**
   * Whether everything but the patterns and the condition includes an event; those depend on the
   * catalogue's aliases and upcasters.
   */
  public boolean includes(Event event) {
    return source.filter(wanted -> !wanted.equals(event.source())).isEmpty()
        && since.filter(event.time()::isBefore).isEmpty()
        && until.filter(end -> !event.time().isBefore(end)).isEmpty()
        && correlation.filter(wanted -> !wanted.equals(event.correlation())).isEmpty()
        && (causation.isEmpty() || causation.equals(event.causation()))
        && key.filter(wanted -> !wanted.equals(event.key())).isEmpty();
  }
}

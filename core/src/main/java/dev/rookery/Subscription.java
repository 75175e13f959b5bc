package dev.rookery;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A durable, named interest. Processes that use the same name take over from each other, and share
 * the work where a stream has more than one partition.
 *
 * @param where a condition on the event, in CEL; empty: every event that matches a pattern
 * @param from where it begins when it is new; one that exists goes on where it was
 * @param exhausted what happens to a key after an event of it was given up
 * @param deadline how long one attempt may take
 * @param concurrency handlers at once in one process
 * @param window deliveries that may be running or ready at once
 * @param replay whether its deliveries say that they are a replay
 * @param until a replay's end; empty: it has none
 * @param effect what handling does to the world
 * @param terms what holds for it as a replay
 */
public record Subscription(
    String name,
    List<TypePattern> patterns,
    Optional<String> where,
    Start from,
    RetryPolicy retry,
    Exhausted exhausted,
    Duration deadline,
    int concurrency,
    int window,
    boolean replay,
    Optional<Token> until,
    SideEffect effect,
    ReplayTerms terms) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  /** What happens to a key after an event of it was given up. */
  public enum Exhausted {
    /** Its next event is handled; the dead letter has left the order. */
    @JsonProperty("continue")
    CONTINUE,
    /**
     * Its later events are put aside behind the dead letter until that is redriven or discarded.
     */
    @JsonProperty("hold")
    HOLD
  }

  public Subscription {
    patterns = List.copyOf(patterns);
    effect = Objects.requireNonNullElse(effect, SideEffect.IDEMPOTENT);
    terms = Objects.requireNonNullElse(terms, ReplayTerms.USUAL);
    if (!NAME.matcher(name).matches()) {
      throw new InvalidInput(
          "'"
              + InvalidInput.shown(name)
              + "' is no name for a subscription; up to 100 of A-Za-z0-9._- beginning with a letter or digit");
    }
    if (patterns.isEmpty() || patterns.size() > 100) {
      throw new InvalidInput(
          "subscription " + name + " has " + patterns.size() + " patterns; it takes 1 to 100");
    }
    if (deadline.compareTo(Duration.ofMillis(1)) < 0
        || deadline.compareTo(Duration.ofDays(1)) > 0) {
      throw new InvalidInput(
          "the deadline "
              + deadline
              + " of subscription "
              + name
              + " does not lie between 1 ms and a day");
    }
    if (concurrency < 1 || concurrency > 10_000 || window < 1 || window > 10_000) {
      throw new InvalidInput(
          "concurrency and window of subscription " + name + " lie between 1 and 10000");
    }
  }

  /** A subscription to the patterns, from now on, with the usual policy. */
  public static Subscription of(String name, String... patterns) {
    return new Subscription(
        name,
        TypePattern.all(patterns),
        Optional.empty(),
        Start.latest(),
        RetryPolicy.STANDARD,
        Exhausted.CONTINUE,
        Duration.ofSeconds(30),
        64,
        256,
        false,
        Optional.empty(),
        SideEffect.IDEMPOTENT,
        ReplayTerms.USUAL);
  }

  public Subscription where(String condition) {
    return new Subscription(
        name,
        patterns,
        Optional.of(condition),
        from,
        retry,
        exhausted,
        deadline,
        concurrency,
        window,
        replay,
        until,
        effect,
        terms);
  }

  public Subscription from(Start start) {
    return new Subscription(
        name,
        patterns,
        where,
        start,
        retry,
        exhausted,
        deadline,
        concurrency,
        window,
        replay,
        until,
        effect,
        terms);
  }

  public Subscription retry(RetryPolicy policy) {
    return new Subscription(
        name,
        patterns,
        where,
        from,
        policy,
        exhausted,
        deadline,
        concurrency,
        window,
        replay,
        until,
        effect,
        terms);
  }

  public Subscription exhausted(Exhausted choice) {
    return new Subscription(
        name,
        patterns,
        where,
        from,
        retry,
        choice,
        deadline,
        concurrency,
        window,
        replay,
        until,
        effect,
        terms);
  }

  public Subscription deadline(Duration limit) {
    return new Subscription(
        name,
        patterns,
        where,
        from,
        retry,
        exhausted,
        limit,
        concurrency,
        window,
        replay,
        until,
        effect,
        terms);
  }

  public Subscription concurrency(int handlers) {
    return new Subscription(
        name, patterns, where, from, retry, exhausted, deadline, handlers, window, replay, until,
        effect, terms);
  }

  public Subscription window(int deliveries) {
    return new Subscription(
        name,
        patterns,
        where,
        from,
        retry,
        exhausted,
        deadline,
        concurrency,
        deliveries,
        replay,
        until,
        effect,
        terms);
  }

  /** The subscription as a replay, which ends at the token. */
  public Subscription replayUntil(Token end) {
    return new Subscription(
        name,
        patterns,
        where,
        from,
        retry,
        exhausted,
        deadline,
        concurrency,
        window,
        true,
        Optional.of(end),
        effect,
        terms);
  }

  public Subscription effect(SideEffect onTheWorld) {
    return new Subscription(
        name,
        patterns,
        where,
        from,
        retry,
        exhausted,
        deadline,
        concurrency,
        window,
        replay,
        until,
        onTheWorld,
        terms);
  }

  /** What holds for it as a replay. */
  public Subscription terms(ReplayTerms ofTheReplay) {
    return new Subscription(
        name,
        patterns,
        where,
        from,
        retry,
        exhausted,
        deadline,
        concurrency,
        window,
        replay,
        until,
        effect,
        ofTheReplay);
  }
}

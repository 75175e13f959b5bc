package dev.rookery.shadow;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.Token;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a bot would have published, beside what history holds.
 *
 * @param handled events that were given to it
 * @param failures of its handler, by the ids of the events, at most a thousand
 * @param same events that it would have published as they are stored
 * @param differences the others, at most a thousand of them
 * @param differing how many there are
 * @param next where another run goes on, if this one ended before the past did
 */
public record ShadowReport(
    long handled,
    List<Failure> failures,
    long same,
    List<Difference> differences,
    long differing,
    Optional<Token> next) {
  public ShadowReport {
    failures = List.copyOf(failures);
    differences = List.copyOf(differences);
  }

  /** An event whose handling failed; what was published before that counts. */
  public record Failure(String cause, String reason) {}

  /** How what would have been published is unlike what is stored. */
  public enum Kind {
    /** Both are there under the same id, with other content. */
    @JsonProperty("different")
    DIFFERENT,
    /** It is stored, and would not have been published. */
    @JsonProperty("missing")
    MISSING,
    /** It would have been published, and is not stored. */
    @JsonProperty("additional")
    ADDITIONAL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One event that would have been another, or would not have been, or would have been in addition.
   *
   * @param cause the id of the event that was handled
   */
  public record Difference(
      Kind kind, String cause, String id, Optional<Event> stored, Optional<Draft> published) {}
}

package dev.rookery;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What came of one attempt to handle an event. */
public sealed interface Outcome {
  /** The handler returned. */
  record Handled() implements Outcome {}

  /**
   * The handler threw.
   *
   * @param error its class and message, cut
   * @param outage whether the surroundings are to blame and not the event
   * @param delay the least delay that the handler asked for
   */
  record Failed(String error, boolean outage, Optional<Duration> delay) implements Outcome {}

  /** The handler was still running at its deadline and was interrupted; it has ended since. */
  record TimedOut(Duration deadline) implements Outcome {}

  /** The handler will never accept the event. */
  record Rejected(String reason) implements Outcome {}

  /** Sorts what a handler threw. */
  static Outcome of(Throwable thrown) {
    return switch (thrown) {
      case EventRejected rejected -> new Rejected(shown(rejected.getMessage()));
      case Undecodable undecodable -> new Rejected(shown(undecodable.getMessage()));
      case RetryAfter later ->
          new Failed(shown(later.getMessage()), false, Optional.of(later.delay()));
      default -> new Failed(describe(thrown), isOutage(thrown), Optional.empty());
    };
  }

  private static boolean isOutage(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof Outage
          || t instanceof BackendUnavailable
          || t instanceof ConnectException
          || t instanceof UnknownHostException
          || t instanceof SocketTimeoutException
          || t instanceof HttpTimeoutException) {
        return true;
      }
    }
    return false;
  }

  private static String describe(Throwable thrown) {
    String name =
        thrown instanceof IOException || thrown instanceof RuntimeException
            ? thrown.getClass().getSimpleName()
            : thrown.getClass().getName();
    return thrown.getMessage() == null ? name : name + ": " + shown(thrown.getMessage());
  }

  private static String shown(@Nullable String message) {
    String text = message == null ? "" : message;
    return text.length() > 500 ? InvalidInput.cut(text, 500) + "..." : text;
  }
}

package dev.rookery.client.wire;

import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.RetryPolicy;
import dev.rookery.SideEffect;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.Token;
import dev.rookery.TypePattern;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * A subscription as the wire writes it; what is missing has the usual value.
 *
 * @param batch whether several deliveries may come in one frame
 * @param runs whether several deliveries of one key may be out at once, in one frame and in their
 *     order; those behind one that is not acknowledged are not to be handled and come again
 * @param concurrency deliveries that may be out at once, as many as the window where it is missing
 * @param external whether a replay does external effects again
 * @param rate of a replay: events a second at most
 * @param speed of a replay: the events' own times, so many times as fast
 */
public record SubscribeRequest(
    @Nullable String op,
    @Nullable String name,
    @Nullable List<TypePattern> patterns,
    @Nullable String where,
    @Nullable Start from,
    @Nullable Integer window,
    @Nullable Boolean batch,
    @Nullable Boolean runs,
    @Nullable Integer maxAttempts,
    @Nullable Long initialDelayMs,
    @Nullable Long maxDelayMs,
    Subscription.@Nullable Exhausted exhausted,
    @Nullable Long deadlineMs,
    @Nullable Integer concurrency,
    @Nullable Boolean replay,
    @Nullable Token until,
    @Nullable SideEffect effect,
    @Nullable Boolean external,
    @Nullable Double rate,
    @Nullable Double speed) {

  public static SubscribeRequest of(Subscription subscription) {
    return new SubscribeRequest(
        "subscribe",
        subscription.name(),
        subscription.patterns(),
        subscription.where().orElse(null),
        subscription.from(),
        subscription.window(),
        true,
        true,
        subscription.retry().maxAttempts(),
        subscription.retry().initialDelay().toMillis(),
        subscription.retry().maxDelay().toMillis(),
        subscription.exhausted(),
        subscription.deadline().toMillis(),
        subscription.concurrency(),
        subscription.replay(),
        subscription.until().orElse(null),
        subscription.effect(),
        subscription.terms().external(),
        subscription.terms().pace().eventsPerSecond(),
        subscription.terms().pace().speed());
  }

  /**
   * Reads a request.
   *
   * @throws InvalidInput when it is not of the form it must have
   */
  public static SubscribeRequest read(byte[] text) {
    StrictJson.check(text);
    return bound(text, SubscribeRequest.class);
  }

  /** Reads a small object with Jackson; what does not fit is said as invalid input. */
  public static <T> T bound(byte[] text, Class<T> type) {
    try {
      T value = Json.MAPPER.readValue(text, type);
      if (value == null) {
        throw new InvalidInput("null is no object; send {..}");
      }
      return value;
    } catch (JacksonException e) {
      for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
        if (cause instanceof InvalidInput invalid) {
          throw invalid;
        }
      }
      throw StrictJson.refused(e);
    }
  }

  public Subscription toSubscription() {
    if (name == null || patterns == null || patterns.stream().anyMatch(Objects::isNull)) {
      throw new InvalidInput("a subscription needs name and patterns; send both");
    }
    int credit = window == null ? 256 : window;
    Subscription usual = Subscription.of(name, "**");
    RetryPolicy retry =
        new RetryPolicy(
            maxAttempts == null ? RetryPolicy.STANDARD.maxAttempts() : maxAttempts,
            millis(initialDelayMs, RetryPolicy.STANDARD.initialDelay()),
            millis(maxDelayMs, RetryPolicy.STANDARD.maxDelay()));
    return new Subscription(
        name,
        patterns,
        Optional.ofNullable(where),
        orElse(from, usual.from()),
        retry,
        orElse(exhausted, usual.exhausted()),
        millis(deadlineMs, usual.deadline()),
        concurrency == null ? credit : concurrency,
        credit,
        replay != null && replay,
        Optional.ofNullable(until),
        orElse(effect, usual.effect()),
        RewindRequest.terms(external, rate, speed));
  }

  public boolean isBatch() {
    return batch != null && batch;
  }

  /** Runs come in frames of several deliveries, so who wants them has to take those too. */
  public boolean takesRuns() {
    return isBatch() && runs != null && runs;
  }

  private static Duration millis(@Nullable Long value, Duration otherwise) {
    return value == null ? otherwise : Duration.ofMillis(value);
  }

  private static <T> T orElse(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
  }
}

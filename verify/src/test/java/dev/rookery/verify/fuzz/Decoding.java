package dev.rookery.verify.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.rookery.RookeryException;
import dev.rookery.client.wire.InvalidBatch;
import dev.rookery.client.wire.Problem;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What every decoder owes to bytes from outside: a value, or one of the bus' own exceptions that
 * can be told to who sent them; and both for a bounded price.
 *
 * <p>The price is counted in the thread's own processor time and allocations, not in time on the
 * wall, so that a busy machine changes nothing. A decoder that seems too dear is asked once more:
 * the first time it may have loaded half a library.
 */
public final class Decoding {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final Duration MOST_TIME = Duration.ofSeconds(1);
  private static final long MOST_BYTES = 64L << 20;

  private Decoding() {}

  /** The value, empty where the decoder refused in the way it should. */
  public static <T> Optional<T> of(Supplier<T> decoder) {
    return within(MOST_TIME, MOST_BYTES, decoder);
  }

  /** As {@link #of}, for a price of the caller's. */
  static <T> Optional<T> within(Duration time, long bytes, Supplier<T> decoder) {
    long[] price = new long[2];
    Optional<T> value = priced(decoder, price);
    if (price[0] > time.toNanos() || price[1] > bytes) {
      priced(decoder, price);
      assertThat(Duration.ofNanos(price[0])).as("processor time").isLessThan(time);
      assertThat(price[1]).as("bytes allocated").isLessThan(bytes);
    }
    return value;
  }

  /** As {@link #of}, where there is nothing to return. */
  public static boolean accepts(Runnable decoder) {
    return of(
            () -> {
              decoder.run();
              return true;
            })
        .isPresent();
  }

  private static <T> Optional<T> priced(Supplier<T> decoder, long[] price) {
    long time = THREADS.getCurrentThreadCpuTime();
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    Optional<RuntimeException> refusal = Optional.empty();
    Optional<T> value = Optional.empty();
    try {
      value = Optional.of(decoder.get());
    } catch (RookeryException | InvalidBatch e) {
      refusal = Optional.of(e);
    }
    price[0] = THREADS.getCurrentThreadCpuTime() - time;
    price[1] = THREADS.getCurrentThreadAllocatedBytes() - bytes;
    refusal.ifPresent(Decoding::canBeTold);
    return value;
  }

  /** A refusal is short, obeys no terminal, and survives the way to who is refused. */
  private static void canBeTold(RuntimeException refusal) {
    String message = String.valueOf(refusal.getMessage());
    assertThat(message).isNotBlank().hasSizeLessThan(2_000).doesNotContainPattern("\\p{Cntrl}");
    isWhole(message);
    RookeryException reason =
        refusal instanceof InvalidBatch batch ? batch.reason() : (RookeryException) refusal;
    Problem told = Problem.of(reason);
    assertThat(Problem.read(told.status(), told.toBytes())).isEqualTo(told);
  }

  /** That the text holds no half of a surrogate pair, which UTF-8 has no bytes for. */
  static void isWhole(String text) {
    assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(text)).as(text).isTrue();
  }
}

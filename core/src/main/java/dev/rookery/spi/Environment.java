package dev.rookery.spi;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;

/**
 * Time, randomness and ids, handed in once: the one place where the outside enters.
 *
 * <p>It is told of all work, so that a test's time can stand still while there is any: see {@link
 * #working}.
 */
public interface Environment {
  /** The wall clock. It may step back and forth. */
  Instant now();

  /** A clock in nanoseconds that never steps, with an arbitrary beginning. */
  long nanoTime();

  long randomLong();

  /** New alarms, which the caller closes. */
  default Alarms alarms() {
    return Alarms.system();
  }

  /**
   * Told that this many more pieces of work are under way, or fewer where it is negative. A thread
   * that waits for others or for a time does not count, and who wakes it counts it before it goes
   * on itself; so the number is zero only when all wait.
   */
  default void working(int change) {}

  /** Starts a virtual thread, which counts as work until it ends. */
  default Thread start(String name, Runnable task) {
    working(1);
    return Thread.ofVirtual()
        .name(name)
        .start(() -> {
          try {
            task.run();
          } finally {
            working(-1);
          }
        });
  }

  /** A new id: UUIDv7 (RFC 9562), milliseconds first, so that ids sort by time. */
  default String newId() {
    long millis = now().toEpochMilli();
    long high = millis << 16 | 0x7000 | randomLong() & 0xfff;
    long low = randomLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
    return new UUID(high, low).toString();
  }

  /** The machine's own. */
  static Environment system() {
    SecureRandom seeds = new SecureRandom();
    ThreadLocal<java.util.SplittableRandom> random =
        ThreadLocal.withInitial(() -> new java.util.SplittableRandom(seeds.nextLong()));
    return new Environment() {
      @Override
      public Instant now() {
        return Instant.now();
      }

      @Override
      public long nanoTime() {
        return System.nanoTime();
      }

      @Override
      public long randomLong() {
        return random.get().nextLong();
      }
    };
  }
}

package dev.rookery.spi;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;

/** Time, randomness and ids, handed in once: the one place where the outside enters. */
public interface Environment {
  /** The wall clock. It may step back and forth. */
  Instant now();

  /** A clock in nanoseconds that never steps, with an arbitrary beginning. */
  long nanoTime();

  long randomLong();

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

package dev.rookery.benchmarks.load;

import java.time.Instant;

/**
 * An event as its publisher has it: the requirement's eight fields and the key. Nothing caused it,
 * so the eighth, the causation, is empty.
 */
public final class Sample {
  public static final String TYPE = "bot.bench.measured";
  public static final int VERSION = 1;

  private final String id;
  private final String source;
  private final String key;
  private final String correlation;
  private final Instant time;
  private final byte[] data;

  Sample(String id, String source, String key, String correlation, Instant time, byte[] data) {
    this.id = id;
    this.source = source;
    this.key = key;
    this.correlation = correlation;
    this.time = time;
    this.data = data;
  }

  /** A UUIDv7, as the bus gives them. */
  public String id() {
    return id;
  }

  public String source() {
    return source;
  }

  public String key() {
    return key;
  }

  /** A UUID, one for each key. */
  public String correlation() {
    return correlation;
  }

  public Instant time() {
    return time;
  }

  /** JSON in ASCII; not to be changed. */
  public byte[] data() {
    return data;
  }
}

package dev.rookery.benchmarks.redis;

import dev.rookery.benchmarks.load.Sample;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Events as entries of a stream, with the requirement's fields and the key. */
final class Entries {
  static final String STREAM = "stream:bot-events";
  static final int FIELDS = 9;

  private Entries() {}

  /** The data of an entry that was read. */
  static ByteBuffer data(Map<String, String> fields) {
    String data = Objects.requireNonNull(fields.get("data"));
    return ByteBuffer.wrap(data.getBytes(StandardCharsets.US_ASCII));
  }

  /** What Redis must say when it was told that so many were handled. */
  static void requireAll(long acknowledged, int handled) {
    if (acknowledged != handled) {
      throw new IllegalStateException("redis has not acknowledged what was handled");
    }
  }

  static Map<String, String> fields(Sample event) {
    Map<String, String> fields = LinkedHashMap.newLinkedHashMap(FIELDS);
    fields.put("id", event.id());
    fields.put("type", Sample.TYPE);
    fields.put("source", event.source());
    fields.put("data", new String(event.data(), StandardCharsets.US_ASCII));
    fields.put("correlation_id", event.correlation());
    fields.put("causation_id", "");
    fields.put("timestamp", seconds(event.time()));
    fields.put("version", Integer.toString(Sample.VERSION));
    fields.put("key", event.key());
    return fields;
  }

  /** Seconds with six decimals. */
  static String seconds(Instant time) {
    String micros = Integer.toString(1_000_000 + time.getNano() / 1_000);
    return time.getEpochSecond() + "." + micros.substring(1);
  }
}

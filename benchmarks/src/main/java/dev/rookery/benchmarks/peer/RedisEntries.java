package dev.rookery.benchmarks.peer;

import dev.rookery.benchmarks.load.Sample;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XAddParams;

/** Events as entries of a stream, with the requirement's fields and the key. */
final class RedisEntries {
  static final String STREAM = "stream:bot";

  private RedisEntries() {}

  /** Adds all in one go, and returns when the last is answered. */
  static void add(Connection connection, List<Sample> events) {
    List<Response<StreamEntryID>> answers = new ArrayList<>(events.size());
    // Closing would give the connection back as well
    Pipeline pipeline = new Pipeline(connection);
    for (Sample event : events) {
      answers.add(pipeline.xadd(STREAM, XAddParams.xAddParams(), fields(event)));
    }
    pipeline.sync();
    // Throws what Redis answered instead of an id
    answers.forEach(Response::get);
  }

  private static Map<String, String> fields(Sample event) {
    Map<String, String> fields = LinkedHashMap.newLinkedHashMap(9);
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
  private static String seconds(Instant time) {
    String micros = Integer.toString(1_000_000 + time.getNano() / 1_000);
    return time.getEpochSecond() + "." + micros.substring(1);
  }
}

package dev.rookery.testkit;

import dev.rookery.DeadLetter;
import dev.rookery.DeadLetter.Failure;
import dev.rookery.DeadLetter.Reason;
import dev.rookery.DeadLetter.State;
import dev.rookery.Event;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Events and dead letters to test with. */
public final class Samples {
  public static final Partition USER = new Partition("user", 0);
  public static final Partition BOT = new Partition("bot", 0);

  private static final Instant TIME = Instant.parse("2026-03-01T11:59:59.123456789Z");

  private Samples() {}

  /** A plain event. */
  public static Event event(String id) {
    return event(id, "bot-1", Payload.json("{\"n\":\"" + id + "\"}"));
  }

  public static Event event(String id, String source, Payload data) {
    return new Event(
        id,
        "user.message.received",
        source,
        "channel-1",
        TIME,
        id,
        Optional.empty(),
        1,
        data,
        Map.of());
  }

  public static Append append(Event event) {
    return new Append(event, digest(event));
  }

  public static Append append(String id) {
    return append(event(id));
  }

  public static List<Append> appends(String... ids) {
    return Arrays.stream(ids).map(Samples::append).toList();
  }

  /** Appends whose ids are the prefix and the numbers from 0. */
  public static List<Append> appends(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(n -> append(prefix + n)).toList();
  }

  private static ByteBuffer digest(Event event) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(event.type().getBytes(StandardCharsets.UTF_8));
      sha.update(event.data().bytes());
      return ByteBuffer.wrap(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Events that break what handles text or bytes carelessly. */
  public static List<Event> nastyEvents() {
    return List.of(
        event("spaces", "bot-1", Payload.json(" { \"a\" : 1.0e+2 ,\n\t\"a\" : 2 } ")),
        event(
            "unicode", "bot-ü-🦉", Payload.json("{\"text\":\"žluťoučký 鳥 🐦‍⬛ \\ud83e\\udd89\"}")),
        event(
            "quotes", "it's \"x\"\\", Payload.json("{\"q\":\"'; DROP TABLE events;-- \\\"\\\\\"}")),
        event("controls", "bot-1", Payload.json("{\"c\":\"\\u0000\\u001f\\r\\n\u2028\"}")),
        event("id:with/every%kind of&char?ü🦉", "bot-1", Payload.json("[]")),
        event("scalar", "bot-1", Payload.json("\"just text\"")),
        event("big-number", "bot-1", Payload.json("{\"n\":12345678901234567890.1234567890123}")),
        event("empty", "bot-1", Payload.wrap("text/plain", new byte[0])),
        event("bytes", "bot-1", Payload.wrap("application/octet-stream", everyByte())),
        event("large", "bot-1", Payload.json("\"" + "ü".repeat(128 * 1024 - 1) + "\"")),
        new Event(
            "full",
            "user.message.received",
            "bot-1",
            "key with ü/🦉:@,*",
            Instant.parse("1969-07-20T20:17:40.000000001Z"),
            "conversation '\"\\",
            Optional.of("cause:\t1"),
            Integer.MAX_VALUE,
            Payload.EMPTY,
            Map.of(
                Event.HOPS,
                "3",
                Event.TRACE_PARENT,
                "00-ab-cd-01",
                "odd",
                "=;,\r\n\"'ü🦉",
                "no",
                "")));
  }

  private static byte[] everyByte() {
    byte[] bytes = new byte[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  /** A letter given up after its last attempt. */
  public static DeadLetter letter(
      String subscription, Partition partition, long position, String key) {
    return letter(subscription, partition, position, key, Reason.EXHAUSTED);
  }

  public static DeadLetter letter(
      String subscription, Partition partition, long position, String key, Reason reason) {
    return new DeadLetter(
        DeadLetter.idOf(subscription, partition, Position.of(position)),
        subscription,
        partition,
        Position.of(position),
        key,
        Optional.of(event("event-" + position)),
        Optional.empty(),
        reason,
        State.WAITING,
        2,
        List.of(new Failure(TIME, "IOException: 'no' \"luck\""), new Failure(TIME, "ü🦉\u0000\n")),
        ManualEnvironment.BEGINNING);
  }

  static List<Event> events(List<Entry> entries) {
    return entries.stream().map(entry -> ((Entry.Stored) entry).event()).toList();
  }

  static List<String> ids(List<Entry> entries) {
    return events(entries).stream().map(Event::id).toList();
  }

  static List<Position> positions(List<Appended> answers) {
    return answers.stream().map(Appended::position).toList();
  }
}

package dev.rookery.archive;

import dev.rookery.Event;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.spi.Entry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;

/** Entries as nobody expects them, and ordinary ones between. */
final class OddEntries {
  private static final String[] TEXTS = {
    "",
    "a",
    "u-29b98a2129",
    "0",
    "7",
    "007",
    "-1",
    "9223372036854775808",
    "ß…🦅漢字",
    " ",
    "\"\\\u0000\n"
  };
  private static final String[] DATA = {
    "",
    "{}",
    "[]",
    "null",
    "\"",
    "{\"a\":1}",
    "{\"a\":\"b\",\"c\":[1,2.5e10,-3,true]}",
    "{\"a\":\"\\\"\\\\\",\"b\" : \"x\"}",
    "{ \"unfinished\": \"",
    "{\"ü\":\"🦅\"}",
    "01234",
    "-+..",
    "{\"user\":\"u-1\",\"seq\":12}",
    "{\"user\":\"u-2\",\"seq\":13}",
    "{\"user\":\"\",\"seq\":-0}"
  };

  private final SplittableRandom random;
  private final List<String> ids = new ArrayList<>(List.of("first"));
  private Instant time = Instant.parse("2026-03-01T12:00:00Z");
  private long high;
  private long low;

  private final boolean large;

  private OddEntries(long seed, boolean large) {
    this.large = large;
    random = new SplittableRandom(seed);
  }

  static List<Entry> of(long seed, int count) {
    OddEntries odd = new OddEntries(seed, count > 100);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(odd.next());
    }
    return entries;
  }

  private Entry next() {
    if (random.nextInt(10) == 0) {
      high += random.nextLong(1L << random.nextInt(40));
      low = random.nextInt(3);
    }
    high++;
    Position position = new Position(high, low);
    return random.nextInt(20) == 0
        ? new Entry.Broken(position, data(), text())
        : new Entry.Stored(position, event());
  }

  private Event event() {
    String id = id();
    time =
        switch (random.nextInt(30)) {
          case 0 -> Instant.MAX;
          case 1 -> Instant.MIN;
          case 2 -> Instant.ofEpochSecond(-1, 999_999_999);
          default -> Instant.parse("2026-03-01T12:00:00Z").plusNanos(random.nextLong(1L << 50));
        };
    String correlation = random.nextBoolean() ? id : referred();
    Optional<String> causation =
        switch (random.nextInt(4)) {
          case 0 -> Optional.empty();
          case 1 -> Optional.of(correlation);
          default -> Optional.of(referred());
        };
    int version = random.nextInt(5) == 0 ? random.nextInt() : 1;
    ids.add(id);
    return new Event(
        id, text(), text(), text(), time, correlation, causation, version, data(), attributes());
  }

  private String id() {
    return switch (random.nextInt(6)) {
      case 0 -> text();
      case 1 -> new UUID(random.nextLong(), random.nextLong()).toString();
      case 2 -> seven(random.nextLong() & 0xffff_ffff_ffffL).toUpperCase(java.util.Locale.ROOT);
      case 3 -> ids.get(random.nextInt(ids.size()));
      case 4 -> seven(random.nextLong() & 0xffff_ffff_ffffL);
      default -> seven(1_780_000_000_000L + random.nextInt(1_000));
    };
  }

  private String seven(long millis) {
    long least = random.nextLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
    return new UUID(millis << 16 | 0x7000 | random.nextInt(0x1000), least).toString();
  }

  private String referred() {
    return random.nextInt(4) == 0 ? id() : ids.get(random.nextInt(ids.size()));
  }

  private String text() {
    String text = TEXTS[random.nextInt(TEXTS.length)];
    return large && random.nextInt(100) == 0 ? text.repeat(1 + random.nextInt(3_000)) : text;
  }

  private Payload data() {
    String type = random.nextInt(4) == 0 ? text() : Payload.JSON;
    return switch (random.nextInt(12)) {
      case 0 -> Payload.wrap(type, new byte[random.nextInt(5)]);
      case 1 -> Payload.wrap(type, bytes(random.nextInt(100)));
      case 2 -> Payload.wrap(type, bytes(large && random.nextInt(20) == 0 ? 200_000 : 10));
      default -> {
        String text = DATA[random.nextInt(DATA.length)];
        yield Payload.wrap(type, text.getBytes(StandardCharsets.UTF_8));
      }
    };
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private Map<String, String> attributes() {
    Map<String, String> attributes = new HashMap<>();
    for (int left = Math.max(0, random.nextInt(8) - 5); left > 0; left--) {
      attributes.put("a" + random.nextInt(3), text());
    }
    return attributes;
  }
}

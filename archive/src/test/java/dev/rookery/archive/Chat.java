package dev.rookery.archive;

import dev.rookery.Event;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.spi.Entry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.zip.GZIPInputStream;

/**
 * Chat as the bus stores it: real lines of the file that the property {@code rookery.chat} names,
 * made up ones without it. Ids are fresh UUIDv7, and a thousand events come a second.
 */
final class Chat {
  private static final int MADE_UP = 20_000;
  private static final double MICROS_APART = 1_000;

  /** A line of the file. */
  public record Line(String channel, String user, String text, String kind) {}

  /** What the bus stores of it. */
  public record Data(String channel, String user, String text, String kind, long seq) {}

  private final Random random = new Random(6);
  private final Map<String, Long> seqs = new HashMap<>();
  private final List<Entry> events = new ArrayList<>();
  private long micros = Instant.parse("2026-11-01T08:00:00Z").getEpochSecond() * 1_000_000;

  static boolean isReal() {
    return System.getProperty("rookery.chat") != null;
  }

  static List<Entry> events() {
    Chat chat = new Chat();
    if (isReal()) {
      chat.readAll(Path.of(System.getProperty("rookery.chat")));
    } else {
      chat.makeUp();
    }
    return chat.events;
  }

  private void readAll(Path file) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Line chat = Payload.json(line).as(Line.class);
        add(chat.channel(), chat.user(), chat.text(), chat.kind());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void makeUp() {
    String[] words = new String[2_000];
    for (int i = 0; i < words.length; i++) {
      words[i] = Integer.toString(Math.abs(random.nextInt() >> random.nextInt(24)), 36);
    }
    for (int i = 0; i < MADE_UP; i++) {
      StringBuilder text = new StringBuilder();
      for (int word = random.nextInt(15); word >= 0; word--) {
        text.append(words[(int) Math.abs(random.nextGaussian() * 300) % words.length]).append(' ');
      }
      add("#made-up", "u-" + words[random.nextInt(50)], text.toString(), "message");
    }
  }

  private void add(String channel, String user, String text, String kind) {
    Data data = new Data(channel, user, text, kind, seqs.merge(channel, 1L, Long::sum));
    micros += 1 + (long) (-Math.log(1 - random.nextDouble()) * MICROS_APART);
    Instant time = Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1_000);
    String id = id(time.toEpochMilli());
    String type =
        switch (kind) {
          case "join" -> "user.conversation.started";
          case "nick" -> "user.renamed";
          default -> "user.message.received";
        };
    Event event =
        new Event(
            id, type, "chat", channel, time, id, Optional.empty(), 1, Payload.of(data), Map.of());
    events.add(new Entry.Stored(Position.of(events.size() + 1L), event));
  }

  private String id(long millis) {
    long high = millis << 16 | 0x7000 | random.nextLong() & 0xfff;
    return new UUID(high, random.nextLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L)
        .toString();
  }
}

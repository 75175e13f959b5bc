package dev.rookery.embedded;

import static dev.rookery.embedded.Fixture.USER;
import static dev.rookery.embedded.Fixture.WAL;
import static dev.rookery.embedded.Fixture.appendEach;
import static dev.rookery.embedded.Fixture.copy;
import static dev.rookery.embedded.Fixture.ids;
import static dev.rookery.embedded.Fixture.idsOf;
import static dev.rookery.embedded.Fixture.numbered;
import static dev.rookery.embedded.Fixture.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.AcknowledgedEventsMissing;
import dev.rookery.DamagedLog;
import dev.rookery.Event;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.RookeryException;
import dev.rookery.Subscription;
import dev.rookery.spi.Append;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Place;
import dev.rookery.testkit.Samples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stored bytes that are not those that were written. */
class DamageTest {
  private static final int EVENTS = 60;

  @TempDir Path folder;

  /** Flips a bit of the first place in the file where the text stands. */
  private static void flip(Path file, String text) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    String all = new String(bytes, StandardCharsets.ISO_8859_1);
    int at = all.indexOf(text);
    assertThat(at).isPositive();
    bytes[at + text.length() / 2] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void aFlippedBitInAnEventIsNamedAndNotDelivered() throws IOException {
    try (FileBackend backend = open(folder)) {
      appendEach(backend, 1, 9);
    }
    flip(folder.resolve(Store.DATABASE), "{\"n\":\"event-5\"}");

    for (int again = 0; again < 2; again++) {
      try (FileBackend backend = open(folder)) {
        assertThat(backend.log().read(USER, Position.ZERO, 100, Long.MAX_VALUE)).hasSize(4);
        assertThatThrownBy(() -> backend.log().read(USER, Position.of(4), 100, Long.MAX_VALUE))
            .isInstanceOf(DamagedLog.class)
            .hasMessageContaining("position 5 of user/0");
        assertThatThrownBy(() -> backend.log().find("event-5")).isInstanceOf(DamagedLog.class);
        assertThat(backend.log().read(USER, Position.of(5), 100, Long.MAX_VALUE)).hasSize(4);
        assertThat(backend.log().size(USER).events()).isEqualTo(9);
      }
    }
  }

  @Test
  void aFlippedBitInACursorIsNamedAndHoldsTrimming() throws IOException {
    try (FileBackend backend = open(folder)) {
      appendEach(backend, 1, 9);
      backend
          .subscriptions()
          .define(Subscription.of("keeper", "**"), Map.of(USER, new Place(Position.of(3), 3)));
    }
    flip(folder.resolve(Store.DATABASE), "\"settled\":");

    try (FileBackend backend = open(folder)) {
      assertThatThrownBy(() -> backend.subscriptions().cursors("keeper"))
          .isInstanceOf(DamagedLog.class)
          .hasMessageContaining("keeper");
      assertThatThrownBy(
              () -> backend.log().trim(USER, Optional.of(Duration.ofNanos(1)), Optional.empty()))
          .isInstanceOf(DamagedLog.class);
      assertThat(ids(backend)).isEqualTo(idsOf(1, 9));
    }
  }

  @Test
  void aFlippedBitInADeadLetterIsNamed() throws IOException {
    try (FileBackend backend = open(folder)) {
      var subscriptions = backend.subscriptions();
      subscriptions.define(Subscription.of("keeper", "**"), Map.of(USER, Place.BEGINNING));
      Claim claim =
          subscriptions
              .claim("keeper", USER, "one", Duration.ofSeconds(9), Optional.empty())
              .orElseThrow();
      backend.deadLetters().bury(claim, List.of(Samples.letter("keeper", USER, 7, "key")));
    }
    flip(folder.resolve(Store.DATABASE), "IOException");

    try (FileBackend backend = open(folder)) {
      assertThatThrownBy(() -> backend.deadLetters().find("keeper:user/0@7"))
          .isInstanceOf(DamagedLog.class)
          .hasMessageContaining("keeper:user/0@7");
    }
  }

  @Test
  void aFlippedBitAnywhereNeverMakesAWrongEvent() throws IOException {
    Path living = folder.resolve("living");
    Path whole;
    try (FileBackend backend = open(living)) {
      backend.log().append(USER, large(1, EVENTS / 2));
      backend.log().append(new Partition("bot", 0), numbered(1, 5));
    }
    try (FileBackend backend = open(living)) {
      backend.log().append(USER, large(EVENTS / 2 + 1, EVENTS));
      whole = copy(living, folder.resolve("whole"));
    }
    SplittableRandom random = new SplittableRandom(7);
    int noticed = 0;
    for (int round = 0; round < 150; round++) {
      Path damaged = copy(whole, folder.resolve("damaged"));
      Files.deleteIfExists(damaged.resolve(Store.DATABASE + "-shm"));
      Path file = damaged.resolve(round % 3 == 0 ? WAL : Store.DATABASE);
      byte[] bytes = Files.readAllBytes(file);
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bytes);
      noticed += isNoticed(damaged) ? 1 : 0;
    }
    assertThat(noticed).isGreaterThan(30);
  }

  /** Large enough that most bytes of the files are bytes of events. */
  private static List<Append> large(int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(n ->
            Samples.append(
                Samples.event(
                    "event-" + n, "bot", Payload.json("\"" + "x".repeat(3_000) + n + '"'))))
        .toList();
  }

  /** Reads all that can be read, and says whether something is missing. */
  private boolean isNoticed(Path damaged) {
    try (FileBackend backend = open(damaged)) {
      long last = backend.log().latest(USER).ordinal();
      assertThat(last).isEqualTo(EVENTS);
      int seen = 0;
      for (long position = 0; position < last; position++) {
        seen += isRead(backend, position) ? 1 : 0;
      }
      return seen < EVENTS;
    } catch (AcknowledgedEventsMissing | DamagedLog named) {
      return true;
    }
  }

  private boolean isRead(FileBackend backend, long after) {
    try {
      Event read =
          ((Entry.Stored)
                  backend.log().read(USER, Position.of(after), 1, Long.MAX_VALUE).getFirst())
              .event();
      Append written = large((int) after + 1, (int) after + 1).getFirst();
      assertThat(read).isEqualTo(written.event());
      return true;
    } catch (RookeryException named) {
      return false;
    }
  }
}

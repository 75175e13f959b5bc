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
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
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
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stored bytes that are not those that were written; {@code -Drookery.flips=2000} for a long run.
 */
@Tag("P7")
class DamageTest {
  private static final int EVENTS = 60;
  private static final int FLIPS = Integer.getInteger("rookery.flips", 150);

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
  void aFlippedBitAnywhereNeverMakesAWrongEventAndWhatIsGoneIsNamed() throws IOException {
    Path whole = killedLog();
    SplittableRandom random = new SplittableRandom(7);
    Tally tally = new Tally();
    for (int round = 0; round < FLIPS; round++) {
      Path damaged = copy(whole, folder.resolve("damaged"));
      Files.deleteIfExists(damaged.resolve(Store.DATABASE + "-shm"));
      Path file = damaged.resolve(round % 3 == 0 ? WAL : Store.DATABASE);
      byte[] bytes = Files.readAllBytes(file);
      int at = random.nextInt(bytes.length);
      bytes[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bytes);
      Found found = look(damaged, file.getFileName() + " at " + at);
      if (found == Found.REFUSED) {
        assertThat(file).as("nothing is deleted").hasBinaryContent(bytes);
      }
      tally.add(found);
    }
    System.out.printf(
        "bits flipped %d, noticed at opening %d, at reading %d, without effect %d, wrong events 0%n",
        FLIPS, tally.refused, tally.damaged, tally.whole);
    assertThat(tally.refused + tally.damaged).isGreaterThan(FLIPS / 5);
  }

  /** Half of the events in the database, half in the write-ahead file. */
  private Path killedLog() throws IOException {
    Path living = folder.resolve("living");
    try (FileBackend backend = open(living)) {
      backend.log().append(USER, large(1, EVENTS / 2));
      backend.log().append(new Partition("bot", 0), numbered(1, 5));
    }
    try (FileBackend backend = open(living)) {
      backend.log().append(USER, large(EVENTS / 2 + 1, EVENTS));
      return copy(living, folder.resolve("whole"));
    }
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

  /** What looks at damaged logs found. */
  private static final class Tally {
    private int refused;
    private int damaged;
    private int whole;

    void add(Found found) {
      switch (found) {
        case REFUSED -> refused++;
        case DAMAGED -> damaged++;
        case WHOLE -> whole++;
      }
    }
  }

  private enum Found {
    REFUSED,
    DAMAGED,
    WHOLE
  }

  /** Reads every position. Each event is as it was written, or its place is named. */
  private static Found look(Path damaged, String where) {
    try (FileBackend backend = open(damaged)) {
      assertThat(backend.log().latest(USER).ordinal()).as(where).isEqualTo(EVENTS);
      assertThat(backend.log().size(USER).events()).as(where).isEqualTo(EVENTS);
      int seen = 0;
      for (int position = 1; position <= EVENTS; position++) {
        seen += isRead(backend, position, where) ? 1 : 0;
      }
      return seen < EVENTS ? Found.DAMAGED : Found.WHOLE;
    } catch (AcknowledgedEventsMissing named) {
      assertThat(named).as(where).hasMessageContaining("positions ");
      return Found.REFUSED;
    } catch (DamagedLog named) {
      assertThat(named).as(where).hasMessageContaining("restore the folder from a backup");
      return Found.REFUSED;
    }
  }

  private static boolean isRead(FileBackend backend, int position, String where) {
    List<Entry> entries;
    try {
      entries = backend.log().read(USER, Position.of(position - 1), 1, Long.MAX_VALUE);
    } catch (DamagedLog named) {
      assertThat(named.getMessage())
          .as(where)
          .containsAnyOf(
              "position " + position + " of user/0",
              "after position " + (position - 1) + " of user/0",
              "rookery.db is damaged");
      return false;
    }
    Append written = large(position, position).getFirst();
    assertThat(entries)
        .as(where)
        .singleElement()
        .isEqualTo(new Entry.Stored(Position.of(position), written.event()));
    return true;
  }

  /** The seeded bug: a checksum over what was read, not over what was written. */
  @Test
  void aWrongEventThatTheLogTakesForWholeIsFoundOut() throws Exception {
    Path whole = killedLog();
    assertThat(look(whole, "nothing")).isEqualTo(Found.WHOLE);
    try (Session session = Session.writing(whole.resolve(Store.DATABASE))) {
      flipUnderTheChecksum(session);
      session.commit();
    }

    assertThatThrownBy(() -> look(whole, "the first event"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the first event");
  }

  private static void flipUnderTheChecksum(Session session) throws SQLException {
    String first = "SELECT place, stored_at, total, id, source, body FROM events LIMIT 1";
    try (ResultSet row = session.rows(first)) {
      byte[] body = row.getBytes(6);
      body[body.length - 2] ^= 1;
      long place = row.getLong(1);
      long digest = EventRow.digest(row.getString(4), row.getString(5), body);
      session.update(
          "UPDATE events SET body = ?, checksum = ? WHERE place = ?",
          body,
          EventRow.checksum(digest, place, row.getLong(2), row.getLong(3)),
          place);
    }
  }
}

package dev.rookery.embedded;

import static dev.rookery.embedded.Fixture.USER;
import static dev.rookery.embedded.Fixture.appendEach;
import static dev.rookery.embedded.Fixture.open;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.Finding;
import dev.rookery.Finding.Where;
import dev.rookery.Operations.Verified;
import dev.rookery.Position;
import dev.rookery.Subscription;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Engine;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Place;
import dev.rookery.spi.SubscriptionStore;
import dev.rookery.testkit.Samples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real damage to a folder, and that a look through it names each. */
@Tag("P7")
class VerifyTest {
  @TempDir Path folder;
  private final List<Finding> findings = new ArrayList<>();

  private void stored(int events) {
    try (FileBackend backend = open(folder)) {
      appendEach(backend, 1, events);
    }
  }

  private void change(String... statements) throws SQLException {
    try (Session session = Session.writing(folder.resolve(Store.DATABASE))) {
      for (String statement : statements) {
        assertThat(session.update(statement)).isPositive();
      }
      session.commit();
    }
  }

  private Verified verified() {
    try (EventBus bus =
        Engine.standard().open(open(folder), BusConfig.standard(), Environment.system())) {
      return bus.operations().verify(false, findings::add, _ -> {});
    }
  }

  private static Where log(long first, long last) {
    return new Where.Log(USER, Position.of(first), Position.of(last));
  }

  private static String place(int position) {
    return "(SELECT number << 40 | " + position + " FROM partitions WHERE name = 'user/0')";
  }

  @Test
  void aWholeLogHasNoFindings() {
    stored(30);

    assertThat(verified()).isEqualTo(new Verified(30, 0, 0, 0, 0));
    assertThat(findings).isEmpty();
  }

  @Test
  void aFlippedBitInARowIsNamedAndWhatFollowsIsLookedAt() throws IOException {
    stored(30);
    Path file = folder.resolve(Store.DATABASE);
    byte[] bytes = Files.readAllBytes(file);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("{\"n\":\"event-5\"}");
    bytes[at + 6] ^= 1;
    Files.write(file, bytes);

    assertThat(verified()).isEqualTo(new Verified(29, 0, 1, 0, 0));
    assertThat(findings).extracting(Finding::where).containsExactly(log(5, 5));
    assertThat(findings.getFirst().what()).contains("checksum");
  }

  @Test
  void missingRowsAreNamedAsOneHole() throws SQLException {
    stored(30);
    change("DELETE FROM events WHERE place BETWEEN " + place(11) + " AND " + place(14));

    assertThat(verified().damages()).isEqualTo(1);
    assertThat(findings).extracting(Finding::where).containsExactly(log(11, 14));
    assertThat(findings.getFirst().what()).contains("missing");
  }

  @Test
  void theFirstRowIsMissedToo() throws SQLException {
    stored(30);
    change("DELETE FROM events WHERE place = " + place(1));

    verified();
    assertThat(findings).extracting(Finding::where).containsExactly(log(1, 1));
  }

  @Test
  void whatWasTrimmedIsNotMissed() {
    stored(30);
    try (FileBackend backend = open(folder)) {
      while (backend.log().trim(USER, Optional.empty(), Optional.of(1_000L)) > 0) {}
    }

    assertThat(verified().damages()).isZero();
    assertThat(findings).isEmpty();
  }

  @Test
  void rowsInEachOthersPlacesAreNamed() throws SQLException {
    stored(30);
    change(
        "UPDATE events SET place = place + 1000000 WHERE place = " + place(7),
        "UPDATE events SET place = " + place(7) + " WHERE place = " + place(8),
        "UPDATE events SET place = " + place(8) + " WHERE place = " + place(7) + " + 1000000");

    verified();
    assertThat(findings).extracting(Finding::where).contains(log(7, 8));
  }

  @Test
  void anIdThatIsNotKnownAnyMoreIsNamed() throws SQLException {
    stored(30);
    change("DELETE FROM ids WHERE id = 'event-9'");

    assertThat(verified().damages()).isEqualTo(1);
    assertThat(findings).extracting(Finding::where).containsExactly(log(9, 9));
    assertThat(findings.getFirst().what()).contains("twice");
  }

  @Test
  void aDamagedPageIsNamedAndTheRestIsLookedAt() throws IOException {
    stored(3_000);
    Path file = folder.resolve(Store.DATABASE);
    byte[] bytes = Files.readAllBytes(file);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("{\"n\":\"event-1500\"}");
    int page = at / 4096 * 4096;
    java.util.Arrays.fill(bytes, page, page + 64, (byte) 0x5a);
    Files.write(file, bytes);

    Verified verified = verified();

    assertThat(verified.events()).isBetween(2_900L, 2_999L);
    assertThat(findings)
        .anySatisfy(finding -> assertThat(finding.where()).isInstanceOf(Where.Store.class))
        .anySatisfy(finding ->
            assertThat(finding.where())
                .isInstanceOfSatisfying(
                    Where.Log.class,
                    where -> {
                      assertThat(where.first()).isLessThanOrEqualTo(Position.of(1_500));
                      assertThat(where.last()).isGreaterThanOrEqualTo(Position.of(1_500));
                    }));
  }

  @Test
  void aCursorThatCannotBeIsNamed() {
    try (FileBackend backend = open(folder)) {
      appendEach(backend, 1, 9);
      backend
          .subscriptions()
          .define(Subscription.of("ahead", "**"), Map.of(USER, new Place(Position.of(12), 12)));
      backend
          .subscriptions()
          .define(Subscription.of("well", "**"), Map.of(USER, new Place(Position.of(3), 3)));
    }

    assertThat(verified().damages()).isEqualTo(1);
    assertThat(findings)
        .extracting(Finding::where)
        .containsExactly(new Where.Subscription("ahead"));
    assertThat(findings.getFirst().remedy().toString()).contains("rookery rewind ahead");
  }

  @Test
  void aDamagedCursorIsNamed() throws SQLException {
    try (FileBackend backend = open(folder)) {
      appendEach(backend, 1, 9);
      backend
          .subscriptions()
          .define(Subscription.of("keeper", "**"), Map.of(USER, Place.BEGINNING));
    }
    change("UPDATE cursors SET checksum = checksum + 1");

    verified();
    assertThat(findings)
        .extracting(Finding::where)
        .containsExactly(new Where.Subscription("keeper"));
  }

  @Test
  void deadLettersThatCannotBeReadOrBelongToNobodyAreNamed() throws SQLException {
    try (FileBackend backend = open(folder)) {
      appendEach(backend, 1, 9);
      SubscriptionStore subscriptions = backend.subscriptions();
      subscriptions.define(Subscription.of("keeper", "**"), Map.of(USER, Place.BEGINNING));
      Claim claim =
          subscriptions
              .claim("keeper", USER, "one", Duration.ofSeconds(9), Optional.empty())
              .orElseThrow();
      backend
          .deadLetters()
          .bury(
              claim,
              List.of(
                  Samples.letter("keeper", USER, 7, "key"),
                  Samples.letter("keeper", USER, 12, "key")));
    }
    assertThat(verified().damages()).isEqualTo(1);
    assertThat(findings.getFirst().what()).contains("user/0@12").contains("behind the log's end");
    assertThat(findings.getFirst().remedy().toString())
        .contains("rookery dead-letters discard keeper:user/0@12");

    findings.clear();
    change("DELETE FROM subscriptions", "DELETE FROM cursors");
    assertThat(verified().damages()).isEqualTo(3);
    assertThat(findings).anySatisfy(finding -> assertThat(finding.what()).contains("not exist"));

    findings.clear();
    change("UPDATE dead_letters SET checksum = checksum + 1");
    assertThat(verified().damages()).isEqualTo(1);
    assertThat(findings.getFirst().what()).contains("checksum");
  }
}

package dev.rookery.redis;

import static dev.rookery.redis.Opened.BOT;
import static dev.rookery.redis.Opened.STREAM;
import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Draft;
import dev.rookery.EpochChanged;
import dev.rookery.EventBus;
import dev.rookery.Position;
import dev.rookery.Start;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.TrimmedByOthers;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Place;
import dev.rookery.testkit.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What others do to the streams behind Rookery's back: nothing is skipped in silence. */
@Tag("P7")
class LostHistoryTest {
  private static final TestServer SERVER = TestServer.shared();

  private final Opened opened = opened();

  private static Opened opened() {
    SERVER.empty();
    return Opened.at(SERVER.address());
  }

  @AfterEach
  void close() {
    opened.close();
  }

  private List<Position> append(String prefix, int count) {
    return opened.log().append(BOT, Samples.appends(prefix, count)).stream()
        .map(Appended::position)
        .toList();
  }

  private List<Entry> read(Position after) {
    return opened.log().read(BOT, after, 100, 1_000_000);
  }

  @Test
  void aReaderWhoseEventsOthersTrimmedIsToldSo() {
    List<Position> positions = append("a", 10);
    opened.log().latest(BOT);
    SERVER.ask("XTRIM", STREAM, "MAXLEN", 4);

    assertThatThrownBy(() -> read(Position.ZERO)).isInstanceOf(TrimmedByOthers.class);
    assertThatThrownBy(() -> read(positions.get(4))).isInstanceOf(TrimmedByOthers.class);
    assertThat(read(positions.get(6))).hasSize(3);
    assertThat(opened.backend().capabilities().weaknesses())
        .anyMatch(line -> line.contains("others removed 6 events of bot/0"));
  }

  @Test
  void whatOthersTrimIsSeenWithoutAnybodyReading() {
    append("a", 10);
    opened.log().listen(partition -> {});
    SERVER.ask("XTRIM", STREAM, "MAXLEN", 4);

    soon()
        .until(() ->
            opened.backend().capabilities().weaknesses().stream()
                .anyMatch(line -> line.contains("others removed 6 events of bot/0")));
  }

  @Test
  void whatWentBeforeRookeryCameIsNobodysLoss() {
    for (int i = 0; i < 10; i++) {
      SERVER.ask("XADD", STREAM, "MAXLEN", 4, "*", "n", i);
    }

    Place earliest = opened.log().earliest(BOT);

    assertThat(earliest.ordinal()).isEqualTo(6);
    assertThat(read(earliest.position())).hasSize(4);
    assertThat(opened.log().latest(BOT).ordinal()).isEqualTo(10);
    assertThat(opened.backend().capabilities().weaknesses()).noneMatch(l -> l.contains("others"));
  }

  @Test
  void ourOwnTrimmingIsNotTakenForThatOfOthers() {
    append("a", 10);
    assertThat(opened.log().trim(BOT, Optional.empty(), Optional.of(1L))).isPositive();

    opened.log().latest(BOT);

    assertThat(opened.backend().capabilities().weaknesses()).noneMatch(l -> l.contains("others"));
  }

  @Test
  void aReaderInADeletedStreamIsToldThatItIsAnother() {
    List<Position> positions = append("a", 10);
    SERVER.ask("DEL", STREAM);

    assertThatThrownBy(() -> read(positions.get(9))).isInstanceOf(EpochChanged.class);
    append("b", 3);
    assertThatThrownBy(() -> read(positions.get(9))).isInstanceOf(EpochChanged.class);
    assertThatThrownBy(() -> read(positions.get(2))).isInstanceOf(EpochChanged.class);
  }

  @Test
  void aReaderAtTheEndOfATrimmedStreamIsToldThatItIsAnother() {
    List<Position> positions = append("a", 10);
    opened.log().trim(BOT, Optional.empty(), Optional.of(1L));
    assertThat(read(positions.getLast())).isEmpty();
    SERVER.ask("DEL", STREAM);
    append("b", 3);

    assertThatThrownBy(() -> read(positions.getLast())).isInstanceOf(EpochChanged.class);
  }

  @Test
  void positionsGoOnAfterADeletedStream() {
    SERVER.ask("XADD", STREAM, "99999999999999-7", "n", "1");
    Position last = append("a", 1).getLast();
    SERVER.ask("DEL", STREAM);

    assertThat(append("b", 1).getFirst()).isGreaterThan(last);
  }

  @Test
  void aReaderInARenamedStreamIsToldSo() {
    List<Position> positions = append("a", 3);
    SERVER.ask("RENAME", STREAM, "elsewhere");

    assertThatThrownBy(() -> read(positions.get(1))).isInstanceOf(EpochChanged.class);
  }

  @Test
  void anEntryDeletedAloneStopsNobodyElse() {
    List<Position> positions = append("a", 10);
    opened.log().latest(BOT);
    SERVER.ask("XDEL", STREAM, Ids.of(positions.get(4)));

    assertThat(read(positions.get(4))).hasSize(5);
    assertThat(opened.log().latest(BOT).ordinal()).isEqualTo(10);
  }

  @Test
  void aReaderWhoseLastEntryWasDeletedAloneGoesOn() {
    List<Position> positions = append("a", 10);
    SERVER.ask("XDEL", STREAM, Ids.of(positions.getLast()));

    assertThat(read(positions.getLast())).isEmpty();
    append("b", 2);
    assertThat(read(positions.getLast())).hasSize(2);
  }

  @Test
  void aServerThatCameBackEmptyIsNotTakenForTheFormer() {
    opened.define();
    List<Position> positions = append("a", 10);
    opened.backend().subscriptions().changes();
    SERVER.empty();

    assertThatThrownBy(() -> read(positions.getLast())).isInstanceOf(EpochChanged.class);
    assertThatThrownBy(() -> opened.backend().subscriptions().changes())
        .isInstanceOf(EpochChanged.class);
    append("b", 1);
    assertThatThrownBy(() -> read(positions.getLast())).isInstanceOf(EpochChanged.class);
  }

  @Test
  void aSubscriberStopsByNameWhenTheServerCameBackEmpty() throws Exception {
    try (EventBus bus = EventBus.open(SERVER.address())) {
      Subscriber subscriber =
          bus.subscribe(Subscription.of("s", "**").from(Start.earliest()), event -> {});
      bus.publish(Draft.of("bot.said", "{}"));
      soon().until(() -> bus.operations().subscription("s").lagEvents() == 0);

      SERVER.empty();

      soon().until(() -> subscriber.state().startsWith("failed"));
      assertThat(subscriber.state()).contains("restarted empty");
      subscriber.drain(Duration.ofSeconds(1));
    }
  }

  @Test
  void aSubscriberStopsByNameWhenTheServerWentBackToOlderData() throws Exception {
    try (TestServer server = TestServer.start("save \"\"");
        EventBus bus = EventBus.open(server.address())) {
      Subscriber subscriber =
          bus.subscribe(Subscription.of("s", "**").from(Start.earliest()), event -> {});
      bus.publish(Draft.of("bot.said", "{}").id("kept"));
      soon().until(() -> bus.operations().subscription("s").lagEvents() == 0);
      server.ask("SAVE");
      bus.publish(Draft.of("bot.said", "{}").id("lost"));
      soon().until(() -> bus.operations().subscription("s").lagEvents() == 0);

      server.killAndRestart();
      server.ask("XADD", STREAM, "*", "n", "1");

      soon().until(() -> subscriber.state().startsWith("failed"));
      assertThat(subscriber.state()).contains("went back to older data");
      soon()
          .ignoreExceptions()
          .until(() ->
              bus.operations().weaknesses().stream()
                  .anyMatch(line -> line.contains("has it no longer")));
      subscriber.drain(Duration.ofSeconds(1));
    }
  }
}

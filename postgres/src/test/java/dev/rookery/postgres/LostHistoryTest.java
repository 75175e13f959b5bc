package dev.rookery.postgres;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.Draft;
import dev.rookery.EpochChanged;
import dev.rookery.EventBus;
import dev.rookery.Start;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A database that went back: nothing is skipped, and nothing used again, without a word. */
@Tag("P7")
class LostHistoryTest {
  private static final TestServer SERVER = TestServer.shared();

  private final String address = SERVER.freshSchema();
  private final String schema = PostgresAddress.of(Address.parse(address)).schema();

  /** Does what a backup does that was made after some events and put back now. */
  private void restore(long last) {
    SERVER.run("DELETE FROM " + schema + ".events WHERE position > " + last);
    SERVER.run("DELETE FROM " + schema + ".recent_ids WHERE position > " + last);
    SERVER.run("UPDATE " + schema + ".partitions SET last = " + last);
  }

  @Test
  void aReaderBeyondTheEndOfARestoredLogIsToldSo() {
    try (Opened opened = Opened.at(address)) {
      opened.append("a", 10);
      assertThat(opened.read(0)).hasSize(10);
      restore(5);

      assertThatThrownBy(() -> opened.read(10)).isInstanceOf(EpochChanged.class);
    }
  }

  @Test
  void aReaderInARestoredLogThatGrewAgainIsToldSo() {
    try (Opened opened = Opened.at(address)) {
      opened.append("a", 10);
      assertThat(opened.read(0)).hasSize(10);
      restore(5);
      opened.append("b", 10);

      assertThatThrownBy(() -> opened.read(10)).isInstanceOf(EpochChanged.class);
      assertThatThrownBy(() -> opened.read(7)).isInstanceOf(EpochChanged.class);
    }
  }

  @Test
  void aHoleIsNamedAfterWhatStandsBeforeIt() {
    try (Opened opened = Opened.at(address)) {
      opened.append("a", 10);
      SERVER.run("DELETE FROM " + schema + ".events WHERE position IN (4, 5)");

      assertThat(opened.read(0)).hasSize(3);
      assertThatThrownBy(() -> opened.read(3))
          .isInstanceOf(EpochChanged.class)
          .hasMessageContainingAll("no event after 3", "rookery verify");
      assertThat(opened.read(5)).hasSize(5);
    }
  }

  /** The control: a reader that knows its place and not what stood there. */
  @Test
  void aReaderThatTrustsPositionsSkipsEventsWithoutAWord() {
    try (Opened opened = Opened.at(address)) {
      opened.append("a", 10);
      restore(5);
      opened.append("b", 10);
    }

    assertThat(
            SERVER.ask(
                "SELECT id FROM " + schema + ".events WHERE position > 10 ORDER BY position"))
        .containsExactly("b5", "b6", "b7", "b8", "b9");
  }

  @Test
  void whoeverOpensARestoredLogReadsWhatIsThere() {
    try (Opened opened = Opened.at(address)) {
      opened.append("a", 10);
      restore(5);
      opened.append("b", 1);
    }
    try (Opened opened = Opened.at(address)) {
      assertThat(opened.ids()).containsExactly("a0", "a1", "a2", "a3", "a4", "b0");
    }
  }

  @Test
  void aReaderWhoseEventsAreMissingInTheMiddleIsToldSo() {
    try (Opened opened = Opened.at(address)) {
      opened.append("a", 10);
      SERVER.run("DELETE FROM " + schema + ".events WHERE position = 4");

      assertThatThrownBy(() -> opened.read(3)).isInstanceOf(EpochChanged.class);
    }
  }

  @Test
  void aReaderWhoseSchemaIsGoneIsToldSo() {
    try (Opened opened = Opened.at(address)) {
      opened.append("a", 10);
      assertThat(opened.read(0)).hasSize(10);
      SERVER.run("DROP SCHEMA " + schema + " CASCADE");

      assertThatThrownBy(() -> opened.read(10)).isInstanceOf(EpochChanged.class);
    }
  }

  @Test
  void aSubscriberStopsByNameWhenTheLogWentBack() throws Exception {
    try (EventBus bus = EventBus.open(address)) {
      Subscriber subscriber =
          bus.subscribe(Subscription.of("s", "**").from(Start.earliest()), event -> {});
      bus.publish(Draft.of("bot.said", "{}"));
      bus.publish(Draft.of("bot.said", "{}"));
      soon().until(() -> bus.operations().subscription("s").lagEvents() == 0);

      restore(1);
      bus.publish(Draft.of("bot.said", "{}"));
      bus.publish(Draft.of("bot.said", "{}"));

      soon().until(() -> subscriber.state().startsWith("failed"));
      assertThat(subscriber.state()).contains("an older state was restored");
      subscriber.drain(Duration.ofSeconds(1));
    }
  }
}

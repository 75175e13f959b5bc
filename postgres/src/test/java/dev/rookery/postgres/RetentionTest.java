package dev.rookery.postgres;

import static dev.rookery.postgres.Opened.BOT;
import static dev.rookery.testkit.Soon.soon;
import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Position;
import dev.rookery.PositionTrimmed;
import dev.rookery.spi.Cursor;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Retention drops whole tables, and only those that nobody needs. */
@Tag("P6")
class RetentionTest {
  private static final TestServer SERVER = TestServer.shared();
  private static final BusConfig CONFIG = BusConfig.standard().idWindow(Duration.ofMillis(1));

  private final String address = SERVER.freshSchema();
  private final String schema = PostgresAddress.of(Address.parse(address)).schema();
  private final Opened opened = Opened.at(address, CONFIG);

  @AfterEach
  void close() {
    opened.close();
  }

  private void fill(int thousands) {
    for (int i = 0; i < thousands; i++) {
      opened.append(i + "/", 1_000);
    }
  }

  private List<String> chunks() {
    return SERVER.ask("SELECT first FROM " + schema + ".chunks ORDER BY first");
  }

  private long trim() {
    return opened.log().trim(BOT, Optional.empty(), Optional.of(1L));
  }

  @Test
  void theNextChunkIsThereBeforeItIsNeeded() {
    fill(6);

    soon().until(() -> chunks().equals(List.of("1", "10001")));
  }

  @Test
  void aChunkGoesWhenAllOfItIsTrimmedAndItsIdsAreForgotten() {
    fill(12);

    assertThat(trim()).isEqualTo(11_999);

    within(Duration.ofMinutes(1)).until(() -> chunks().equals(List.of("10001")));
    assertThat(SERVER.ask("SELECT count(*) FROM " + schema + ".events")).containsExactly("2000");
    assertThat(opened.read(11_999)).hasSize(1);
    assertThatThrownBy(() -> opened.read(5)).isInstanceOf(PositionTrimmed.class);
    assertThat(opened.append("next", 1)).containsExactly(Position.of(12_001));
  }

  @Test
  void aChunkStaysAsLongAsASubscriptionIsInIt() {
    opened.define();
    fill(12);

    assertThat(trim()).isZero();
    opened.backend().subscriptions().save(opened.claim(), Cursor.at(Tail.place(9_999)));
    assertThat(trim()).isEqualTo(9_999);

    assertThat(chunks()).contains("1");
    assertThat(opened.read(9_999)).hasSize(100);
  }

  @Test
  void aChunkThatSomebodyReadsIsDroppedLater() throws Exception {
    fill(12);
    try (Connection reader = SERVER.connect();
        Statement statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      statement.execute("SELECT count(*) FROM " + schema + ".events");
      trim();
      opened.append("meanwhile", 1);
      assertThat(chunks()).contains("1");
      reader.commit();
    }

    within(Duration.ofMinutes(1))
        .until(() -> {
          trim();
          return !chunks().contains("1");
        });
  }

  @Test
  void idsOutOfTheWindowAreForgotten() {
    fill(4);

    within(Duration.ofMinutes(1))
        .until(() -> {
          trim();
          List<String> left = SERVER.ask("SELECT count(*) FROM " + schema + ".recent_ids");
          return Integer.parseInt(left.getFirst()) == 0;
        });
  }
}

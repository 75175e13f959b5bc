package dev.rookery.postgres;

import static dev.rookery.postgres.Opened.BOT;
import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.StaleClaim;
import dev.rookery.Subscription;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Place;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Cursors of many subscriptions of a process, which are saved in one statement. */
@Tag("P4")
@Timeout(300)
class SavedTogetherTest {
  private static final TestServer SERVER = TestServer.shared();
  private static final int SUBSCRIPTIONS = 30;

  private final String address = SERVER.freshSchema();
  private final String schema = PostgresAddress.of(Address.parse(address)).schema();
  private final Opened opened = Opened.at(address);
  private final PostgresSubscriptions store =
      (PostgresSubscriptions) opened.backend().subscriptions();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void close() {
    threads.close();
    opened.close();
  }

  private Claim claim(String name) {
    store.define(Subscription.of(name, "**"), Map.of(BOT, Place.BEGINNING));
    return take(name, "me");
  }

  private Claim take(String name, String owner) {
    Optional<Claim> seen = Optional.ofNullable(store.claims(name).get(BOT));
    return store.claim(name, BOT, owner, Duration.ofSeconds(9), seen).orElseThrow();
  }

  private Future<?> save(Claim claim, long place) {
    return threads.submit(() -> store.save(claim, Cursor.at(Tail.place(place))));
  }

  private int waitingForALock() {
    return SERVER
        .ask(
            "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%"
                + schema
                + "%cursors%'")
        .size();
  }

  private long saved(String name) {
    return store.cursors(name).get(BOT).floor().position().high();
  }

  @Test
  void eachIsSavedOrRefusedForItself() throws Exception {
    List<Future<?>> saves = new ArrayList<>();
    List<Claim> claims = new ArrayList<>();
    for (int i = 0; i < SUBSCRIPTIONS; i++) {
      claims.add(claim("s" + i));
      if (i % 3 == 0) {
        take("s" + i, "other");
      }
    }

    for (int i = 0; i < SUBSCRIPTIONS; i++) {
      saves.add(save(claims.get(i), 100 + i));
    }

    for (int i = 0; i < SUBSCRIPTIONS; i++) {
      Future<?> each = saves.get(i);
      if (i % 3 == 0) {
        assertThatThrownBy(each::get)
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(StaleClaim.class);
        assertThat(saved("s" + i)).isZero();
      } else {
        each.get();
        assertThat(saved("s" + i)).isEqualTo(100 + i);
      }
    }
  }

  @Test
  void whoHoldsAClaimKeepsNoOtherSaveWaiting() throws Exception {
    Claim held = claim("held");
    Claim free = claim("free");
    Future<?> waits;
    try (Connection handler = SERVER.connect();
        Statement statement = handler.createStatement()) {
      handler.setAutoCommit(false);
      statement.execute(
          "SELECT FROM " + schema + ".cursors WHERE subscription = 'held' FOR UPDATE");
      waits = save(held, 7);
      soon().until(() -> waitingForALock() == 1);
      store.save(free, Cursor.at(Tail.place(8)));
      assertThat(saved("free")).isEqualTo(8);
      assertThat(waits).isNotDone();
      handler.commit();
    }

    waits.get();
    assertThat(saved("held")).isEqualTo(7);
  }
}

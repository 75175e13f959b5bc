package dev.rookery.postgres;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.BackendUnavailable;
import dev.rookery.BusConfig;
import dev.rookery.Durability;
import dev.rookery.LogFailed;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.PublishRejected;
import dev.rookery.PublishUnknown;
import dev.rookery.Search;
import dev.rookery.spi.Appended;
import dev.rookery.spi.EventLog.Found;
import dev.rookery.testkit.Samples;
import dev.rookery.testkit.TcpProxy;
import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A connection that breaks: every outcome has a name, and nothing is stored twice. */
@Tag("P2")
class TroubleTest {
  private static final TestServer SERVER = TestServer.shared();

  private final TcpProxy proxy = new TcpProxy(SERVER.port());
  private final String schema = PostgresAddress.of(Address.parse(SERVER.freshSchema())).schema();
  private final String address =
      SERVER
          .address("?schema=" + schema)
          .replace(":" + SERVER.port(), ":" + URI.create(proxy.address()).getPort());
  private final Opened opened = Opened.at(address);

  TroubleTest() throws IOException {
    opened.append("first", 1);
  }

  @AfterEach
  void close() throws IOException {
    proxy.mode(TcpProxy.Mode.PASS);
    opened.close();
    proxy.close();
  }

  private List<Appended> append(String id) {
    return opened.log().append(Opened.BOT, Samples.appends(id));
  }

  @Test
  void aLostAnswerIsAskedForAgain() {
    append("warm");
    proxy.cutAnswers(1);

    assertThat(append("a").getFirst().position()).isEqualTo(Position.of(3));

    assertThat(proxy.cutsLeft()).isZero();
    assertThat(opened.ids()).containsExactly("first0", "warm", "a");
  }

  /**
   * A connection that rested for half a second is asked whether it lives before anything is sent
   * over it; where that answer is lost, the append is refused and nothing is stored.
   */
  @Test
  void whereEveryAnswerIsLostItIsUnknownAndSafeToRepeat() {
    within(Duration.ofMinutes(1))
        .ignoreExceptions()
        .untilAsserted(() -> {
          proxy.mode(TcpProxy.Mode.PASS);
          append("warm");
          proxy.mode(TcpProxy.Mode.CUT_ANSWER);
          assertThatThrownBy(() -> append("a")).isInstanceOf(PublishUnknown.class);
        });
    proxy.mode(TcpProxy.Mode.PASS);

    within(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> append("a").getFirst().position().equals(Position.of(3)));

    assertThat(opened.ids()).containsExactly("first0", "warm", "a");
  }

  /** The control: without the window of ids nobody could ask again. */
  @Test
  void withoutAWindowALostAnswerIsUnknownAtOnce() {
    try (Opened forgetful = Opened.at(address, BusConfig.standard().idWindow(Duration.ZERO))) {
      within(Duration.ofMinutes(1))
          .ignoreExceptions()
          .untilAsserted(() -> {
            forgetful.append("warm", 1);
            proxy.cutAnswers(1);
            assertThatThrownBy(() -> forgetful.append("a", 1)).isInstanceOf(PublishUnknown.class);
          });
    }
  }

  @Test
  void whereNothingCanBeSentNothingIsStored() {
    proxy.mode(TcpProxy.Mode.REFUSE);
    proxy.cutAll();
    within(Duration.ofSeconds(30))
        .untilAsserted(
            () -> assertThatThrownBy(() -> append("a")).isInstanceOf(BackendUnavailable.class));
    assertThatThrownBy(() -> opened.read(0)).isInstanceOf(BackendUnavailable.class);
    assertThatThrownBy(() -> opened.backend().subscriptions().changes())
        .isInstanceOf(BackendUnavailable.class);

    proxy.mode(TcpProxy.Mode.PASS);

    within(Duration.ofSeconds(30))
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(append("b")).hasSize(1));
  }

  @Test
  void aConnectionThatTheServerEndsIsReplaced() {
    append("a");
    SERVER.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE application_name = 'rookery' AND pid <> pg_backend_pid()");

    within(Duration.ofSeconds(30))
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(append("b")).hasSize(1));
    assertThat(opened.ids()).containsExactly("first0", "a", "b");
  }

  @Test
  void aConnectionThatOneEndHasForgottenIsGivenUpAfterFourSeconds() {
    append("a");
    proxy.halfOpenAll();
    long begin = System.nanoTime();

    within(Duration.ofSeconds(30))
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(append("b")).hasSize(1));

    System.out.printf("half-open: %d ms%n", (System.nanoTime() - begin) / 1_000_000);
    assertThat(opened.ids()).containsExactly("first0", "a", "b");
  }

  /** A lock of somebody else's makes both as slow as they would be in a huge log. */
  @Test
  void aSearchMayTakeLongerThanARead() throws Exception {
    CompletableFuture<Found> search = new CompletableFuture<>();
    try (Connection other = SERVER.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE " + schema + ".events IN ACCESS EXCLUSIVE MODE");
      Thread.ofVirtual().start(() -> search.completeAsync(this::search, Runnable::run));
      assertThatThrownBy(() -> opened.read(0)).isInstanceOf(BackendUnavailable.class);
      assertThat(search).isNotDone();
      other.rollback();
    }
    assertThat(search.get(60, TimeUnit.SECONDS).events()).hasSize(1);
  }

  private Found search() {
    return opened.log().search(Opened.BOT, Search.ALL, Position.ZERO, 10);
  }

  @Test
  void whatPostgresCannotStoreIsRefusedAndTheLogGoesOn() {
    var broken = Samples.append(Samples.event("a\0b", "bot-1", Payload.json("{}")));

    assertThatThrownBy(() -> opened.log().append(Opened.BOT, List.of(broken)))
        .isInstanceOf(PublishRejected.class);

    assertThat(append("b").getFirst())
        .isEqualTo(new Appended.Stored(Position.of(2), Durability.FSYNCED));
  }

  @Test
  void aPasswordThatIsWrongIsNotShown() {
    String wrong = SERVER.address("").replace("postgres@", "nobody:guessed@") + "?schema=" + schema;

    assertThatThrownBy(() -> Opened.at(wrong))
        .isInstanceOf(LogFailed.class)
        .hasMessageNotContaining("guessed");
  }
}

package dev.rookery.redis;

import static dev.rookery.redis.Opened.BOT;
import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.BackendUnavailable;
import dev.rookery.BusConfig;
import dev.rookery.PublishRejected;
import dev.rookery.PublishUnknown;
import dev.rookery.spi.Appended;
import dev.rookery.testkit.ManualEnvironment;
import dev.rookery.testkit.Samples;
import dev.rookery.testkit.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A server that is away, full, or has forgotten its scripts. */
class TroubleTest {
  private static List<Appended> append(Opened opened, String... ids) {
    return opened.log().append(BOT, Samples.appends(ids));
  }

  @Test
  void forgottenScriptsAreSentAgain() {
    TestServer server = TestServer.shared();
    server.empty();
    try (Opened opened = Opened.at(server.address())) {
      append(opened, "a");
      server.ask("SCRIPT", "FLUSH");
      append(opened, "b");
      server.ask("SCRIPT", "FLUSH");
      opened.define();

      assertThat(opened.log().latest(BOT).ordinal()).isEqualTo(2);
    }
  }

  @Test
  void manyWhoAppendWhileScriptsAreForgottenEachGetTheirAnswer() {
    TestServer server = TestServer.shared();
    server.empty();
    List<Future<Integer>> stored = new ArrayList<>();
    try (Opened opened = Opened.at(server.address())) {
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int publisher = 0; publisher < 8; publisher++) {
          String prefix = publisher + "/";
          stored.add(threads.submit(() -> appendHundred(opened, prefix)));
        }
        while (stored.stream().anyMatch(each -> !each.isDone())) {
          server.ask("SCRIPT", "FLUSH");
        }
      }

      assertThat(stored).allMatch(each -> each.resultNow() == 300);
      assertThat(opened.log().latest(BOT).ordinal()).isEqualTo(2_400);
    }
  }

  private static int appendHundred(Opened opened, String prefix) {
    int stored = 0;
    for (int i = 0; i < 100; i++) {
      for (Appended answer : opened.log().append(BOT, Samples.appends(prefix + i + "/", 3))) {
        stored += answer instanceof Appended.Stored ? 1 : 0;
      }
    }
    return stored;
  }

  @Test
  void aServerWithoutRoomRefusesAndStoresNothing() {
    try (TestServer server = TestServer.start("save \"\"", "maxmemory 4mb");
        Opened opened = Opened.at(server.address())) {
      int stored = 0;
      PublishRejected refused = null;
      while (refused == null) {
        try {
          opened.log().append(BOT, Samples.appends("event-" + stored + "/", 100));
          stored += 100;
        } catch (PublishRejected e) {
          refused = e;
        }
      }

      assertThat(refused).hasMessageContaining("out of memory");
      assertThat(opened.log().latest(BOT).ordinal()).isEqualTo(stored);

      // What was read makes room
      opened.define();
      opened.settle(opened.log().latest(BOT).position(), stored);
      while (opened.log().trim(BOT, Optional.empty(), Optional.of(500_000L)) > 0) {}
      soon().ignoreExceptions().until(() -> append(opened, "again").size() == 1);
    }
  }

  @Test
  void whatIsSentToNobodyIsCertainlyNotStored() {
    TestServer server = TestServer.start("save \"\"");
    try (Opened opened = Opened.at(server.address())) {
      server.close();

      assertThatThrownBy(() -> append(opened, "a")).isInstanceOf(BackendUnavailable.class);
      assertThatThrownBy(() -> opened.log().latest(BOT)).isInstanceOf(BackendUnavailable.class);
      assertThatThrownBy(() -> Opened.at(server.address())).isInstanceOf(BackendUnavailable.class);
    }
  }

  @Test
  void aReplicaTakesNothing() {
    try (TestServer server = TestServer.start("save \"\"", "replicaof 127.0.0.1 1");
        Opened opened = Opened.at(server.address())) {
      assertThatThrownBy(() -> append(opened, "a"))
          .isInstanceOf(BackendUnavailable.class)
          .hasMessageContaining("READONLY");
    }
  }

  @Test
  void anAnswerThatIsLostIsUnknownAndTheRepetitionIsADuplicate() throws Exception {
    TestServer server = TestServer.shared();
    server.empty();
    // A connection that rested is asked whether it lives; by this clock it never does
    ManualEnvironment environment = new ManualEnvironment(1);
    try (TcpProxy proxy = new TcpProxy(server.port());
        Opened opened =
            Opened.at(
                proxy.address().replace("http", "redis"), BusConfig.standard(), environment)) {
      append(opened, "before");
      proxy.cutAnswers(1);

      assertThatThrownBy(() -> append(opened, "a")).isInstanceOf(PublishUnknown.class);

      assertThat(append(opened, "a").getFirst()).isInstanceOf(Appended.Duplicate.class);
      assertThat(opened.log().latest(BOT).ordinal()).isEqualTo(2);
    }
  }

  @Test
  void aServerThatComesBackIsUsedAndListenedToAgain() {
    TestServer server = TestServer.start("save \"\"");
    try (Opened opened = Opened.at(server.address())) {
      Queue<Object> heard = new ConcurrentLinkedQueue<>();
      opened.log().listen(heard::add);
      append(opened, "a");
      server.restartEmpty();

      soon().ignoreExceptions().until(() -> append(opened, "b").size() == 1);
      heard.clear();
      soon()
          .until(() -> {
            server.ask("XADD", Opened.STREAM, "*", "n", "1");
            return heard.contains(BOT);
          });
    } finally {
      server.close();
    }
  }

  @Test
  void aConnectionThatDiedWhileNobodyUsedItIsFoundBeforeAnythingIsSent() {
    TestServer server = TestServer.start("save \"\"");
    ManualEnvironment environment = new ManualEnvironment(1);
    try (Opened opened = Opened.at(server.address(), BusConfig.standard(), environment)) {
      append(opened, "a");
      server.restartEmpty();
      environment.advance(Duration.ofSeconds(2));

      assertThat(append(opened, "b").getFirst()).isInstanceOf(Appended.Stored.class);
    } finally {
      server.close();
    }
  }

  @Test
  void aClosedBackendRefusesByName() {
    TestServer server = TestServer.shared();
    server.empty();
    Opened opened = Opened.at(server.address());
    append(opened, "a");
    opened.close();

    assertThatThrownBy(() -> append(opened, "b")).isInstanceOf(BackendUnavailable.class);
    assertThatThrownBy(() -> opened.log().latest(BOT)).isInstanceOf(BackendUnavailable.class);
  }
}

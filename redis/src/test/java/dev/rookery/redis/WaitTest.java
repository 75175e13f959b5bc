package dev.rookery.redis;

import static dev.rookery.redis.Opened.BOT;
import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rookery.Durability;
import dev.rookery.InvalidInput;
import dev.rookery.PublishUnknown;
import dev.rookery.spi.Appended;
import dev.rookery.testkit.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Receipts that say more than a server's settings alone, since it was waited for. */
class WaitTest {
  private static final String[] ALWAYS = {"save \"\"", "appendonly yes", "appendfsync always"};
  private static final String[] EVERY_SECOND = {
    "save \"\"", "appendonly yes", "appendfsync everysec"
  };

  private static Appended append(Opened opened, String id) {
    return opened.log().append(BOT, Samples.appends(id)).getFirst();
  }

  private static TestServer everySecond() {
    TestServer server = TestServer.start(EVERY_SECOND);
    boolean waits = server.ask("COMMAND", "INFO", "WAITAOF").list().getFirst().list().size() > 0;
    if (!waits) {
      server.close();
    }
    assumeTrue(waits, "Redis 7.2 or newer, by -Drookery.redis.server");
    return server;
  }

  @Test
  @Tag("nightly")
  void aServerThatSyncsEverySecondGivesFsyncedOnDemandAndAcceptedWithout() {
    try (TestServer server = everySecond();
        Opened demanding = Opened.at(server.address() + "?durability=fsynced");
        Opened plain = Opened.at(server.address())) {
      assertThat(demanding.backend().capabilities().durability()).isEqualTo(Durability.FSYNCED);

      Appended safe = append(demanding, "a");
      Appended other = append(plain, "b");

      assertThat(safe).isEqualTo(new Appended.Stored(safe.position(), Durability.FSYNCED));
      assertThat(other).isEqualTo(new Appended.Stored(other.position(), Durability.ACCEPTED));
    }
  }

  @Test
  @Tag("nightly")
  void manyPublishersShareAWait() {
    try (TestServer server = everySecond();
        Opened opened = Opened.at(server.address() + "?durability=fsynced");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Appended>> answers = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        String id = "event-" + i;
        answers.add(threads.submit(() -> append(opened, id)));
      }

      for (Future<Appended> each : answers) {
        assertThat(each).succeedsWithin(java.time.Duration.ofSeconds(10));
      }
      long waits = server.ask("HGET", Keys.of(BOT).meta(), "waits").number();
      assertThat(waits).isLessThan(20);
    }
  }

  @Test
  @Tag("nightly")
  void whatCannotBeSyncedIsUnknownAlsoWhereItIsADuplicate() {
    try (TestServer server = everySecond();
        Opened opened = Opened.at(server.address() + "?durability=fsynced")) {
      append(opened, "before");
      server.ask("CONFIG", "SET", "appendonly", "no");

      assertThatThrownBy(() -> append(opened, "a")).isInstanceOf(PublishUnknown.class);
      assertThatThrownBy(() -> append(opened, "a")).isInstanceOf(PublishUnknown.class);

      server.ask("CONFIG", "SET", "appendonly", "yes");
      soon().ignoreExceptions().until(() -> append(opened, "a") instanceof Appended.Duplicate);
    }
  }

  @Test
  void aServerWithAReplicaGivesReplicatedOnDemand() {
    try (TestServer server = TestServer.start(ALWAYS);
        TestServer replica = TestServer.replicaOf(server);
        Opened opened = Opened.at(server.address() + "?durability=replicated")) {
      Appended answer = append(opened, "a");

      assertThat(answer).isEqualTo(new Appended.Stored(answer.position(), Durability.REPLICATED));
      assertThat(replica.ask("XLEN", Opened.STREAM).number()).isEqualTo(1);
    }
  }

  @Test
  void whatNoReplicaTakesIsUnknownAlsoWhereItIsADuplicate() {
    try (TestServer server = TestServer.start(ALWAYS);
        TestServer replica = TestServer.replicaOf(server);
        Opened plain = Opened.at(server.address());
        Opened opened = Opened.at(server.address() + "?durability=replicated")) {
      Runnable goOn = replica.pause();
      try {
        append(plain, "a");

        assertThatThrownBy(() -> append(opened, "a"))
            .isInstanceOf(PublishUnknown.class)
            .hasMessageContaining("no replica took it");
      } finally {
        goOn.run();
      }
      soon().ignoreExceptions().until(() -> append(opened, "a") instanceof Appended.Duplicate);
    }
  }

  @Test
  void aServerWithoutAReplicaIsRefusedWhereOneIsDemanded() {
    try (TestServer server = TestServer.start(ALWAYS)) {
      assertThatThrownBy(() -> Opened.at(server.address() + "?durability=replicated"))
          .isInstanceOf(InvalidInput.class)
          .hasMessageContaining("connected_slaves is 0");
    }
  }
}

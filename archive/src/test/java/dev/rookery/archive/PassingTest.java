package dev.rookery.archive;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.Partition;
import dev.rookery.Published;
import dev.rookery.Receipt;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.check.HistoryCheck;
import dev.rookery.check.HistoryLine.Handled;
import dev.rookery.check.HistoryLine.Result;
import dev.rookery.check.HistoryLine.Stored;
import dev.rookery.check.Rules;
import dev.rookery.embedded.FileProvider;
import dev.rookery.postgres.PostgresProvider;
import dev.rookery.postgres.TestServer;
import dev.rookery.redis.RedisProvider;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Engine;
import dev.rookery.spi.Environment;
import dev.rookery.spi.SegmentStore;
import dev.rookery.testkit.Samples;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A subscription that begins in the archive while events are published, and comes to live. */
@Tag("P3")
@Tag("P4")
@Timeout(400)
class PassingTest {
  private static final String READER = "reader";
  private static final int KEYS = 7;
  private static final int BATCH = 50;
  private static final int RATE = Integer.getInteger("rookery.rate", 2_000);
  private static final int BEFORE = Integer.getInteger("rookery.before", 4_000);
  private static final int MEANWHILE = Integer.getInteger("rookery.meanwhile", 4_000);
  private static final Pace PACE =
      new Pace(300, 1 << 20, Duration.ofSeconds(1), Duration.ofMillis(50));

  /** What an event holds. */
  public record Numbered(long n) {}

  @TempDir Path folder;
  private final List<Stored> stored = new ArrayList<>();
  private final Queue<Handled> handled = new ConcurrentLinkedQueue<>();
  private int published;

  private void publish(EventBus bus, int count) {
    for (int left = count; left > 0; left -= BATCH) {
      long began = System.nanoTime();
      List<Draft> drafts = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        int number = published + i;
        drafts.add(
            Draft.of("user.message.received", "{\"n\":" + number + "}")
                .source("feeder")
                .id("event-" + number)
                .key("key-" + number % KEYS));
      }
      for (Published answer : bus.publishAll(drafts)) {
        writeDown(answer.receipt());
      }
      long rest = BATCH * 1_000_000_000L / RATE - (System.nanoTime() - began);
      LockSupport.parkNanos(rest);
    }
  }

  private void writeDown(Receipt receipt) {
    Partition partition = new Partition(receipt.stream(), receipt.partition());
    String key = "key-" + published % KEYS;
    long seq = published / KEYS + 1L;
    stored.add(
        new Stored(
            "feeder",
            receipt.id(),
            "user.message.received",
            key,
            seq,
            partition,
            receipt.position(),
            receipt.duplicate(),
            0,
            0));
    published++;
  }

  private EventHandler reader() {
    return EventHandler.ofDeliveries((delivery, progress) ->
        handled.add(
            new Handled(
                "me",
                READER,
                delivery.event().id(),
                delivery.event().key(),
                delivery.event().data(Numbered.class).n() / KEYS + 1,
                delivery.partition(),
                delivery.position(),
                delivery.attempt(),
                Result.OK,
                0)));
  }

  /** The logs that an archive may stand beside. */
  enum Log {
    FILE,
    REDIS,
    POSTGRES;

    Backend open(Path folder, BusConfig config, Environment environment) {
      Backend.Provider provider =
          switch (this) {
            case FILE -> new FileProvider();
            case REDIS -> new RedisProvider();
            case POSTGRES -> new PostgresProvider();
          };
      String address =
          switch (this) {
            case FILE -> "file:" + folder.resolve("data");
            case REDIS -> dev.rookery.redis.TestServer.shared().address() + "/7";
            case POSTGRES -> TestServer.shared().freshSchema();
          };
      return provider.open(Address.parse(address), config, environment);
    }
  }

  /** What is archived goes, and the reader's floor does not keep it. */
  private static void trim(Backend backend) {
    while (backend.log().trim(Samples.USER, Optional.empty(), Optional.of(0L)) > 0) {}
  }

  @ParameterizedTest
  @EnumSource
  void aSubscriptionPassesFromArchiveToLogToLiveWithoutAGapOrARepeat(Log log) {
    BusConfig config = BusConfig.standard();
    Environment environment = Environment.system();
    Backend live = log.open(folder, config, environment);
    SegmentStore store = FileStore.open(folder.resolve("old"), environment);
    Backend backend = ArchivedBackend.of(live, store, config, PACE, environment);
    boolean contiguous = live.log().hasGaplessPositions();
    try (EventBus bus = Engine.standard().open(backend, config, environment)) {
      publish(bus, BEFORE);
      within(Duration.ofMinutes(2))
          .pollInterval(Duration.ofMillis(100))
          .until(() -> {
            trim(backend);
            return live.log().earliest(Samples.USER).ordinal() >= BEFORE / 2;
          });
      Thread publisher = Thread.ofPlatform().start(() -> publish(bus, MEANWHILE));
      bus.subscribe(Subscription.of(READER, "user.**").from(Start.earliest()), reader());
      within(Duration.ofMinutes(4))
          .alias("all is handled")
          .pollInterval(Duration.ofMillis(100))
          .until(() -> {
            trim(backend);
            return !publisher.isAlive() && handled.size() >= published;
          });
    }
    judge(contiguous);
  }

  private void judge(boolean contiguous) {
    Rules rules = Rules.of(Set.of(READER)).duplicatesAtMost(0);
    HistoryCheck check = new HistoryCheck(contiguous ? rules.withContiguousPositions() : rules);
    stored.forEach(check::take);
    handled.forEach(check::take);
    assertThat(check.findings(Map.of()).examples()).isEmpty();
    assertThat(check.findings(Map.of()).delivered()).containsEntry(READER, (long) published);
    assertThat(handled).hasSize(published);
  }
}

package dev.rookery.embedded;

import static dev.rookery.embedded.Fixture.open;
import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Operations.Health;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Published;
import dev.rookery.Start;
import dev.rookery.engine.EngineBus;
import dev.rookery.spi.Environment;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a bus shows of a log that has stopped. */
@Tag("P1")
@Tag("P2")
@Tag("P7")
@Timeout(300)
class FailedLogTest {
  private static final int PUBLISHERS = 50;

  @TempDir Path folder;

  /** Fails from now on, once told to. */
  private final AtomicBoolean broken = new AtomicBoolean();

  private EventBus bus(Throwable failure) {
    FailPoint point =
        step -> {
          if (broken.get()) {
            switch (failure) {
              case IOException e -> throw e;
              case Error e -> throw e;
              default -> throw new AssertionError(failure);
            }
          }
        };
    return new EngineBus(open(folder, point), BusConfig.standard(), Environment.system());
  }

  private static Published say(EventBus bus, String id) {
    return bus.publishAll(List.of(Draft.of("user.said", "{}").id(id))).getFirst();
  }

  private static List<Located> events(EventBus bus) {
    ReadRequest all =
        new ReadRequest(List.of(), Optional.empty(), Start.earliest(), 10, Duration.ZERO);
    return bus.operations().read(all).events();
  }

  @Test
  void itsHealthHasFailedAndItStillReads() {
    try (EventBus bus = bus(new IOException("fsync: input/output error"))) {
      assertThat(say(bus, "one")).isInstanceOf(Published.Stored.class);
      assertThat(bus.operations().health().ready()).isTrue();

      broken.set(true);
      // Unknown, but for where something else was written a moment before and has stopped the log
      assertThat(say(bus, "two"))
          .isInstanceOfAny(Published.Unknown.class, Published.Rejected.class);
      broken.set(false);

      assertThat(say(bus, "three")).isInstanceOf(Published.Rejected.class);
      Health health = bus.operations().health();
      assertThat(health.ready()).isFalse();
      assertThat(health.reasons())
          .singleElement()
          .satisfies(reason -> assertThat(reason).contains("input/output", "open it again"));
      assertThat(events(bus)).hasSize(1);
    }
    try (EventBus bus = bus(new AssertionError())) {
      assertThat(bus.operations().health().ready()).isTrue();
      assertThat(events(bus)).hasSize(1);
    }
  }

  @Test
  void aDeadWriterIsNoticedByAllWhoPublishAndByItsHealth() throws Exception {
    try (EventBus bus = bus(new StackOverflowError("seeded"));
        ExecutorService publishers = Executors.newVirtualThreadPerTaskExecutor()) {
      CountDownLatch published = new CountDownLatch(PUBLISHERS);
      List<Future<?>> noticed = new ArrayList<>();
      for (int i = 0; i < PUBLISHERS; i++) {
        String source = i + "-";
        noticed.add(publishers.submit(() -> publishUntilItFails(bus, source, published)));
      }
      published.await();
      broken.set(true);
      soon().until(() -> !bus.operations().health().ready());

      for (Future<?> each : noticed) {
        assertThat(each).succeedsWithin(Duration.ofMinutes(1));
      }
    }
  }

  private static void publishUntilItFails(EventBus bus, String source, CountDownLatch published) {
    for (int number = 0; say(bus, source + number) instanceof Published.Stored; number++) {
      if (number == 0) {
        published.countDown();
      }
    }
  }
}

package dev.rookery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Delivery;
import dev.rookery.Event;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.spi.Environment;
import dev.rookery.spi.SerialWork;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HandlerThreadsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /** Threads begin when the test says so. */
  private static final class LateThreads implements Environment {
    private final List<Runnable> tasks = new ArrayList<>();

    @Override
    public Instant now() {
      return Instant.EPOCH;
    }

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public long randomLong() {
      return 0;
    }

    @Override
    public Thread start(String name, Runnable task) {
      tasks.add(task);
      return Thread.currentThread();
    }
  }

  private final LateThreads environment = new LateThreads();
  private final Mailbox mailbox =
      new Mailbox(environment.alarms(), environment::nanoTime, new SerialWork("turn", () -> {}));
  private final HandlerThreads handlers =
      new HandlerThreads(
          event -> {}, new Handlers.Terms(environment, 1, DEADLINE, () -> 1, mailbox, done -> {}));

  private static Delivery delivery() {
    Event event =
        new Event(
            "e", "t", "s", "k", Instant.EPOCH, "e", Optional.empty(), 1, Payload.EMPTY, Map.of());
    return new Delivery("sub", new Partition("bot", 0), Position.of(1), 1, 1, false, false, event);
  }

  @Test
  void aDeadlineIsLookedAtThoughTheHandlersThreadHasYetToBegin() {
    handlers.add(List.of(delivery()));
    handlers.go();
    assertThat(handlers.nanosToLook(0)).isEqualTo(DEADLINE.toNanos());
  }

  @Test
  void whatIsAddedWhenNothingMoreIsBegunGoesBack() {
    handlers.close();
    handlers.add(List.of(delivery()));
    handlers.go();
    assertThat(mailbox.poll()).isEqualTo(new Message.Returned(List.of(Position.of(1))));
    assertThat(handlers.nanosToLook(0)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void nothingIsLookedAtWhileNoHandlerRuns() {
    assertThat(handlers.nanosToLook(0)).isEqualTo(Long.MAX_VALUE);
    handlers.add(List.of(delivery()));
    handlers.go();
    environment.tasks.forEach(Runnable::run);
    assertThat(handlers.nanosToLook(0)).isEqualTo(Long.MAX_VALUE);
  }
}

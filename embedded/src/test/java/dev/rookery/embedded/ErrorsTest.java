package dev.rookery.embedded;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Delivery;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.Published;
import dev.rookery.RetryPolicy;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.check.SequenceCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Interrupts, and errors that no program expects, in handlers and publishers; {@code
 * -Drookery.errors=10000} for a long run.
 */
@Timeout(600)
class ErrorsTest {
  private static final int ERRORS = Integer.getInteger("rookery.errors", 500);
  private static final int KEYS = 50;
  private static final int SMALL_STACK_BYTES = 256 << 10;
  private static final RetryPolicy QUICK =
      new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5));

  @TempDir Path folder;
  private final AtomicInteger errors = new AtomicInteger();

  private static Draft draft(int number) {
    return Draft.of("user.said", "{}")
        .id("event-" + number)
        .key(Integer.toString(number % KEYS))
        .attribute("seq", Integer.toString(number / KEYS + 1));
  }

  private static List<Draft> drafts(int batch) {
    return IntStream.range(batch * KEYS, (batch + 1) * KEYS).mapToObj(ErrorsTest::draft).toList();
  }

  @Test
  void errorsOfHandlersLoseNothingAndKeepTheOrder() throws Exception {
    SequenceCheck check = run(this::failsAtFirst);

    long lost = 0;
    for (int key = 0; key < KEYS; key++) {
      lost += check.lost(key, ERRORS / KEYS, Set.of());
    }
    System.out.printf(
        "errors %d, published %d, lost %d, duplicates %d, out of order %d%n",
        errors.get(), ERRORS, lost, check.duplicates(), check.outOfOrder());
    assertThat(lost).isZero();
    assertThat(check.duplicates()).isZero();
    assertThat(check.outOfOrder()).isZero();
    assertThat(errors).hasValueGreaterThanOrEqualTo(ERRORS / 5 * 4);
  }

  /** Publishes, interrupted each time, and judges what the handler says is handled. */
  private SequenceCheck run(EventHandler.DeliveryHandler failing) throws Exception {
    SequenceCheck check = new SequenceCheck(KEYS);
    Subscription listening = Subscription.of("listener", "user.said").retry(QUICK);
    EventHandler handler =
        EventHandler.ofDeliveries((delivery, progress) -> {
          failing.handle(delivery, progress);
          handled(check, delivery);
        });
    try (EventBus bus = EventBus.open("file:" + folder);
        Subscriber subscriber = bus.subscribe(listening, handler)) {
      for (int batch = 0; batch < ERRORS / KEYS; batch++) {
        Thread.currentThread().interrupt();
        bus.publishAll(drafts(batch)).forEach(Published::receipt);
        assertThat(Thread.interrupted()).isTrue();
      }
      within(Duration.ofMinutes(2))
          .until(() -> bus.operations().subscription("listener").lagEvents() == 0);
      assertThat(subscriber.state()).isEqualTo("running");
      assertThat(bus.operations().health().reasons()).isEmpty();
    }
    return check;
  }

  private static void handled(SequenceCheck check, Delivery delivery) {
    check.handled(
        Integer.parseInt(delivery.event().key()),
        Long.parseLong(delivery.event().attributes().get("seq")));
  }

  /** Each event's first attempt ends in one of five bad ways. */
  private void failsAtFirst(Delivery delivery, EventHandler.Progress progress) throws Exception {
    if (delivery.attempt() > 1) {
      return;
    }
    errors.incrementAndGet();
    switch (Math.floorMod(delivery.event().id().hashCode(), 5)) {
      case 0 -> throw new OutOfMemoryError("seeded");
      case 1 -> endless(1);
      case 2 -> Thread.currentThread().interrupt();
      case 3 -> {
        Thread.currentThread().interrupt();
        throw new InterruptedException();
      }
      default -> throw new LinkageError("seeded");
    }
  }

  @SuppressWarnings("InfiniteRecursion")
  private static int endless(int depth) {
    return endless(depth + 1) + depth;
  }

  /** The seeded bug: an event that is given up after an error. */
  @Test
  void anEventThatIsNeverHandledIsFoundOut() throws Exception {
    SequenceCheck check =
        run((delivery, progress) -> {
          if (delivery.event().id().equals("event-120")) {
            throw new OutOfMemoryError("seeded");
          }
        });

    assertThat(check.lost(120 % KEYS, ERRORS / KEYS, Set.of())).isOne();
  }

  @Test
  void aStackThatRunsOutAnywhereInAWriteLeavesTheLogOpen() throws Exception {
    AtomicInteger written = new AtomicInteger();
    try (FileBackend backend = Fixture.open(folder)) {
      Fixture.appendEach(backend, 1, 1);
      while (errors.get() < ERRORS) {
        Thread diver =
            new Thread(null, () -> dive(backend.writer(), written), "diver", SMALL_STACK_BYTES);
        diver.setUncaughtExceptionHandler((thread, thrown) -> errors.incrementAndGet());
        diver.start();
        diver.join(TimeUnit.MINUTES.toMillis(1));
        assertThat(diver.isAlive()).as("it hangs after %d errors", errors.get()).isFalse();
        CompletableFuture.runAsync(() -> write(backend.writer(), written)).get(1, TimeUnit.MINUTES);
      }
      Fixture.appendEach(backend, 2, 2);
      System.out.printf("stack overflows %d, writes answered %d%n", errors.get(), written.get());
      assertThat(Fixture.ids(backend)).isEqualTo(Fixture.idsOf(1, 2));
    }
  }

  private static void write(Writer writer, AtomicInteger written) {
    writer.write(transaction -> 1);
    written.incrementAndGet();
  }

  /** Writes with ever more stack left, until there is enough; says whether it was. */
  @SuppressWarnings("InfiniteRecursion") // it ends where the stack does
  private boolean dive(Writer writer, AtomicInteger written) {
    boolean done = false;
    try {
      done = dive(writer, written);
    } catch (StackOverflowError bottom) {
      errors.incrementAndGet();
    }
    if (!done) {
      try {
        write(writer, written);
        done = true;
      } catch (StackOverflowError tooDeep) {
        errors.incrementAndGet();
      }
    }
    return done;
  }
}

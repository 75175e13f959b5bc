package dev.rookery.verify;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Operations.PartitionProgress;
import dev.rookery.Partition;
import dev.rookery.RetryAfter;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.engine.EngineBus;
import dev.rookery.spi.Backend;
import dev.rookery.testkit.Recorder;
import dev.rookery.testkit.Soon;
import dev.rookery.testkit.TwistedBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Somebody sets the wall clock by two hours while events wait and claims are held. */
@Timeout(120)
class ClockStepsTest {
  /** Less than any step of a clock, and more than an owner that lives is ever silent. */
  private static final BusConfig CONFIG = BusConfig.standard().claimTtl(Duration.ofSeconds(30));

  private static final Duration ASKED = Duration.ofSeconds(2);
  private static final Duration TWO_HOURS = Duration.ofHours(2);
  private static final Subscription S = Subscription.of("s", "user.said");

  @TempDir private Path folder;
  private final SteppingClock clock = new SteppingClock();

  @ParameterizedTest
  @CsvSource({"MEMORY, 2", "MEMORY, -2", "FILE, 2", "FILE, -2", "REDIS, 2", "REDIS, -2"})
  void aRetryComesAfterTheDelayThatWasAskedForAndNotHoursLater(Store store, int hours) {
    List<Long> times = new CopyOnWriteArrayList<>();
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              if (delivery.event().id().equals("a")) {
                times.add(System.nanoTime());
                if (delivery.attempt() == 1) {
                  throw new RetryAfter(ASKED, "later");
                }
              }
            });
    try (Backend backend = store.open(folder, CONFIG, clock);
        EventBus bus = new EngineBus(backend, CONFIG, clock)) {
      bus.subscribe(S, recorder.handler());
      bus.publish(Draft.of("user.said").id("a"));
      recorder.awaitBegun(1);
      soon().until(() -> waiting(bus) == 1);

      clock.step(Duration.ofHours(hours));
      bus.publish(Draft.of("user.said").id("b").key("other"));

      recorder.awaitHandled(2);
      soon().until(() -> bus.operations().subscription("s").lagEvents() == 0);
    }
    assertThat(Duration.ofNanos(times.get(1) - times.get(0))).isGreaterThanOrEqualTo(ASKED);
  }

  @ParameterizedTest
  @EnumSource
  void aSuccessorWhoseClockIsBehindWaitsNoLongerThanWasAsked(Store store) {
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              if (delivery.attempt() == 1) {
                throw new RetryAfter(ASKED, "later");
              }
            });
    try (Backend backend = store.open(folder, CONFIG, clock);
        EventBus bus = new EngineBus(backend, CONFIG, clock)) {
      Subscriber first = bus.subscribe(S, recorder.handler());
      bus.publish(Draft.of("user.said").id("a"));
      soon().until(() -> waiting(bus) == 1);
      first.close();

      clock.step(TWO_HOURS.negated());
      bus.subscribe(S, recorder.handler());

      recorder.awaitHandled("a");
    }
  }

  private static int waiting(EventBus bus) {
    return bus.operations().subscription("s").partitions().stream()
        .mapToInt(PartitionProgress::waiting)
        .sum();
  }

  @ParameterizedTest
  @EnumSource
  void nobodyTakesOverWhileTheOwnerRenewsWhoeversClockIsSet(Store store) {
    assertThat(epochsWhileClocksStep(store, clock, new SteppingClock())).containsOnly(1L);
  }

  @Test
  void aChallengerThatTrustsItsWallClockTakesOver() {
    SteppingClock trusting =
        new SteppingClock() {
          @Override
          public long nanoTime() {
            return super.nanoTime() + offset().toNanos();
          }
        };

    try (Backend backend = Store.MEMORY.open(folder, CONFIG, clock);
        EventBus owner = bus(backend, clock);
        EventBus challenger = bus(backend, trusting)) {
      owner.subscribe(S, event -> {});
      soon().until(() -> epoch(backend) == 1);
      challenger.subscribe(S, event -> {});
      soon()
          .until(() -> {
            trusting.step(TWO_HOURS);
            return epoch(backend) == 2;
          });
    }
  }

  /** The epochs that were seen while each clock was set forth and back. */
  private Set<Long> epochsWhileClocksStep(
      Store store, SteppingClock owners, SteppingClock challengers) {
    Set<Long> epochs = new ConcurrentSkipListSet<>();
    try (Backend backend = store.open(folder, CONFIG, owners);
        EventBus owner = bus(backend, owners);
        EventBus challenger = bus(backend, challengers)) {
      owner.subscribe(S, event -> {});
      soon().until(() -> epoch(backend) == 1);
      challenger.subscribe(S, event -> {});
      for (SteppingClock clock : List.of(owners, challengers)) {
        for (Duration step : List.of(TWO_HOURS, TWO_HOURS.negated())) {
          clock.step(step);
          Soon.staysFor(
              Duration.ofMillis(600),
              () -> {
                epochs.add(epoch(backend));
                return true;
              });
        }
      }
    }
    return epochs;
  }

  private static long epoch(Backend backend) {
    return backend.subscriptions().claims("s").get(new Partition("user", 0)).epoch();
  }

  private static EventBus bus(Backend backend, SteppingClock clock) {
    return new EngineBus(
        new TwistedBackend(backend, TwistedBackend.Twist.NONE, true), CONFIG, clock);
  }
}

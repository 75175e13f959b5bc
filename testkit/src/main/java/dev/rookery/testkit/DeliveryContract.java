package dev.rookery.testkit;

import static dev.rookery.testkit.BusSamples.awaitLag;
import static dev.rookery.testkit.BusSamples.awaitRunning;
import static dev.rookery.testkit.BusSamples.deadLetters;
import static dev.rookery.testkit.BusSamples.draft;
import static dev.rookery.testkit.BusSamples.expected;
import static dev.rookery.testkit.BusSamples.info;
import static dev.rookery.testkit.BusSamples.number;
import static dev.rookery.testkit.BusSamples.subscription;
import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.BusConfig;
import dev.rookery.Delivery;
import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.Outage;
import dev.rookery.RetryAfter;
import dev.rookery.Start;
import dev.rookery.StreamConfig;
import dev.rookery.Subscriber;
import dev.rookery.testkit.BusSamples.Handled;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What delivery promises: order, parallelism, retries, deadlines, take-over. */
interface DeliveryContract extends BusUnderTest {
  @Test
  default void aKeyKeepsItsOrderThroughRetriesWhileOtherKeysGoOn() throws Exception {
    EventBus bus = bus();
    AtomicBoolean mended = new AtomicBoolean();
    Handled record =
        new Handled(event -> {
          if (event.key().equals("bad") && number(event) == 0 && !mended.get()) {
            throw new RetryAfter(Duration.ofMillis(10), "not yet");
          }
        });
    bus.subscribe(
        subscription("s")
            .retry(new dev.rookery.RetryPolicy(1_000, Duration.ofMillis(1), Duration.ofMillis(10))),
        record);
    for (int i = 0; i < 20; i++) {
      bus.publish(draft("bad", i));
      bus.publish(draft("good", i));
    }
    soon().until(() -> record.of("good").size() == 20);
    assertThat(record.of("bad")).containsOnly("bad:0");
    mended.set(true);
    awaitLag(bus, "s", 0);
    assertThat(record.of("good")).isEqualTo(expected("good", 20));
    assertThat(record.of("bad").stream().distinct().toList()).isEqualTo(expected("bad", 20));
  }

  @Test
  default void keysAreHandledAtTheSameTime() throws Exception {
    EventBus bus = bus();
    CountDownLatch together = new CountDownLatch(8);
    bus.subscribe(
        subscription("s"),
        event -> {
          together.countDown();
          together.await();
        });
    for (int i = 0; i < 8; i++) {
      bus.publish(draft("k" + i, i));
    }
    assertThat(together.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  default void oneKeyIsNeverHandledTwiceAtTheSameTime() throws Exception {
    EventBus bus = bus();
    Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
    AtomicBoolean overlapped = new AtomicBoolean();
    Handled record =
        new Handled(event -> {
          AtomicInteger now = running.computeIfAbsent(event.key(), k -> new AtomicInteger());
          overlapped.compareAndSet(false, now.incrementAndGet() > 1);
          LockSupport.parkNanos(1_000);
          now.decrementAndGet();
        });
    bus.subscribe(subscription("s"), record);
    for (int i = 0; i < 200; i++) {
      bus.publish(draft("k" + i % 3, i));
    }
    soon().until(() -> record.seen.size() == 200);
    assertThat(overlapped).isFalse();
  }

  @Test
  default void everySubscriptionGetsEveryEvent() throws Exception {
    EventBus bus = bus();
    List<Handled> records = IntStream.range(0, 5).mapToObj(i -> new Handled()).toList();
    for (int i = 0; i < 5; i++) {
      bus.subscribe(subscription("s" + i), records.get(i));
    }
    for (int i = 0; i < 50; i++) {
      bus.publish(draft("a", i));
    }
    for (Handled record : records) {
      soon().untilAsserted(() -> assertThat(record.seen).isEqualTo(expected("a", 50)));
    }
  }

  @Test
  default void aTypeThatNobodyHasSeenBeforeIsMatchedAtOnce() throws Exception {
    EventBus bus = bus();
    List<String> types = new CopyOnWriteArrayList<>();
    bus.subscribe(
        dev.rookery.Subscription.of("s", "user.brand.*", "totally.**"),
        event -> types.add(event.type()));
    bus.publish(Draft.of("user.brand.new"));
    bus.publish(Draft.of("totally.new.thing"));
    bus.publish(Draft.of("user.other"));
    soon().until(() -> types.size() == 2);
    assertThat(types).containsExactlyInAnyOrder("user.brand.new", "totally.new.thing");
  }

  @Test
  default void theWindowIsNeverExceeded() throws Exception {
    EventBus bus = bus();
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger handled = new AtomicInteger();
    bus.subscribe(
        subscription("s").window(5).concurrency(100),
        event -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          release.await();
          running.decrementAndGet();
          handled.incrementAndGet();
        });
    for (int i = 0; i < 50; i++) {
      bus.publish(draft("k" + i, i));
    }
    soon().until(() -> running.get() == 5);
    release.countDown();
    soon().until(() -> handled.get() == 50);
    assertThat(most).hasValueLessThanOrEqualTo(5);
  }

  @Test
  default void handlersAtOnceAreAsManyAsTheSubscriptionSays() throws Exception {
    EventBus bus = bus();
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger handled = new AtomicInteger();
    bus.subscribe(
        subscription("s").concurrency(2),
        event -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          LockSupport.parkNanos(1_000);
          running.decrementAndGet();
          handled.incrementAndGet();
        });
    for (int i = 0; i < 60; i++) {
      bus.publish(draft("k" + i, i));
    }
    soon().until(() -> handled.get() == 60);
    assertThat(most).hasValueLessThanOrEqualTo(2);
  }

  @Test
  default void whatWasUnsettledWhenASubscriberDiedComesAgain() throws Exception {
    EventBus bus = bus();
    CountDownLatch begun = new CountDownLatch(1);
    Subscriber dying =
        bus.subscribe(
            subscription("s"),
            event -> {
              begun.countDown();
              new CountDownLatch(1).await();
            });
    for (int i = 0; i < 10; i++) {
      bus.publish(draft("k" + i % 2, i));
    }
    begun.await();
    dying.abandon();
    Handled record = new Handled();
    bus.subscribe(subscription("s"), record);
    soon().until(() -> record.seen.size() >= 10);
    assertThat(record.of("k0")).containsExactly("k0:0", "k0:2", "k0:4", "k0:6", "k0:8");
    assertThat(record.of("k1")).containsExactly("k1:1", "k1:3", "k1:5", "k1:7", "k1:9");
  }

  @Test
  default void aSecondProcessTakesOverWhenTheFirstGoesAndStandsByUntilThen() throws Exception {
    EventBus first = bus();
    EventBus second = bus();
    Handled one = new Handled();
    Handled two = new Handled();
    Subscriber owner = first.subscribe(subscription("s"), one);
    awaitRunning(owner);
    second.subscribe(subscription("s"), two);
    for (int i = 0; i < 20; i++) {
      first.publish(draft("a", i));
    }
    awaitLag(first, "s", 0);
    assertThat(one.seen).isEqualTo(expected("a", 20));
    assertThat(two.seen).isEmpty();
    owner.close();
    for (int i = 20; i < 40; i++) {
      second.publish(draft("a", i));
    }
    soon().untilAsserted(() -> assertThat(two.seen).isEqualTo(expected("a", 40).subList(20, 40)));
    assertThat(one.seen).hasSize(20);
  }

  @Test
  default void processesOfOneNameShareThePartitions() throws Exception {
    BusConfig config = BusConfig.standard().with(StreamConfig.of("user", 4));
    EventBus first = bus(config);
    EventBus second = bus(config);
    Handled one = new Handled();
    Handled two = new Handled();
    awaitRunning(first.subscribe(subscription("s"), one));
    Subscriber other = second.subscribe(subscription("s"), two);
    soon()
        .until(() ->
            info(first, "s").partitions().stream().map(p -> p.owner().orElse("")).distinct().count()
                == 2);
    soon().until(() -> info(first, "s").partitions().stream().allMatch(p -> p.owner().isPresent()));
    awaitRunning(other);
    for (int i = 0; i < 100; i++) {
      first.publish(draft("k" + i, i));
    }
    soon().until(() -> one.seen.size() + two.seen.size() >= 100);
    assertThat(one.seen).isNotEmpty().doesNotContainAnyElementsOf(two.seen);
    assertThat(two.seen).isNotEmpty();
  }

  @Test
  default void aHandlerPastItsDeadlineIsInterruptedAndTriedAgain() throws Exception {
    EventBus bus = bus();
    List<Integer> attempts = new CopyOnWriteArrayList<>();
    AtomicBoolean interrupted = new AtomicBoolean();
    bus.subscribe(
        subscription("s").deadline(Duration.ofMillis(100)),
        EventHandler.ofDeliveries((delivery, progress) -> {
          attempts.add(delivery.attempt());
          if (delivery.attempt() == 1) {
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              interrupted.set(true);
              throw e;
            }
          }
        }));
    bus.publish(draft("a", 1));
    awaitLag(bus, "s", 0);
    assertThat(attempts).containsExactly(1, 2);
    assertThat(interrupted).isTrue();
  }

  @Test
  default void aHandlerThatIgnoresItsDeadlineKeepsItsKeyUntilItHasReallyEnded() throws Exception {
    EventBus bus = bus();
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    Handled record =
        new Handled(event -> {
          if (number(event) == 0 && begun.getCount() > 0) {
            begun.countDown();
            while (release.getCount() > 0) {
              try {
                release.await();
              } catch (InterruptedException e) {
                // Stubborn on purpose.
              }
            }
          }
        });
    bus.subscribe(subscription("s").deadline(Duration.ofMillis(50)), record);
    bus.publish(draft("a", 0));
    bus.publish(draft("a", 1));
    bus.publish(draft("b", 2));
    begun.await();
    soon().until(() -> record.of("b").size() == 1);
    assertThat(record.of("a")).containsExactly("a:0");
    release.countDown();
    awaitLag(bus, "s", 0);
    assertThat(record.of("a")).containsExactly("a:0", "a:0", "a:1");
  }

  @Test
  default void aHandlerThatSaysItIsWorkingHasItsDeadlineAnew() throws Exception {
    EventBus bus = bus();
    AtomicInteger attempts = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(1);
    bus.subscribe(
        subscription("s").deadline(Duration.ofMillis(300)),
        EventHandler.ofDeliveries((delivery, progress) -> {
          attempts.incrementAndGet();
          CountDownLatch never = new CountDownLatch(1);
          for (int i = 0; i < 8; i++) {
            never.await(100, TimeUnit.MILLISECONDS);
            progress.working();
          }
          done.countDown();
        }));
    bus.publish(draft("a", 1));
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(attempts).hasValue(1);
  }

  @Test
  default void anOutageOfTheSurroundingsUsesUpNoAttempts() throws Exception {
    EventBus bus = bus();
    AtomicBoolean down = new AtomicBoolean(true);
    AtomicInteger refused = new AtomicInteger();
    Handled record =
        new Handled(event -> {
          if (down.get()) {
            refused.incrementAndGet();
            throw new Outage("the database is away");
          }
        });
    bus.subscribe(subscription("s"), record);
    for (int i = 0; i < 30; i++) {
      bus.publish(draft("k" + i, i));
    }
    soon().until(() -> refused.get() >= 32);
    assertThat(deadLetters(bus)).isZero();
    down.set(false);
    awaitLag(bus, "s", 0);
    assertThat(deadLetters(bus)).isZero();
    assertThat(record.seen.stream().distinct()).hasSize(30);
  }

  @Test
  default void aLaneThatGrowsLongIsPutAsideAndComesBackInOrder() throws Exception {
    EventBus bus = bus();
    AtomicBoolean mended = new AtomicBoolean();
    Handled record =
        new Handled(event -> {
          if (event.key().equals("bad") && !mended.get()) {
            throw new RetryAfter(Duration.ofMillis(20), "not yet");
          }
        });
    bus.subscribe(
        subscription("s")
            .retry(new dev.rookery.RetryPolicy(1_000, Duration.ofMillis(1), Duration.ofMillis(20))),
        record);
    int count = 1_500;
    for (int i = 0; i < count; i += 100) {
      int from = i;
      bus.publishAll(IntStream.range(from, from + 100).mapToObj(n -> draft("bad", n)).toList());
    }
    bus.publish(draft("good", 1));
    soon().until(() -> record.of("good").size() == 1);
    soon().until(() -> info(bus, "s").partitions().stream().anyMatch(p -> p.parkedKeys() == 1));
    assertThat(info(bus, "s").lagEvents()).isEqualTo(count);
    mended.set(true);
    Soon.within(Duration.ofSeconds(30)).until(() -> info(bus, "s").lagEvents() == 0);
    assertThat(record.of("bad").stream().distinct().toList()).isEqualTo(expected("bad", count));
    assertThat(deadLetters(bus)).isZero();
  }

  @Test
  default void anEventPastItsExpiryIsSettledWithoutBeingHandled() throws Exception {
    EventBus bus = bus();
    Handled record = new Handled();
    bus.publish(draft("a", 1).expires(Instant.now().minusSeconds(1)));
    bus.publish(draft("a", 2).expires(Instant.now().plusSeconds(600)));
    bus.subscribe(subscription("s").from(Start.earliest()), record);
    soon().until(() -> record.seen.equals(List.of("a:2")));
    awaitLag(bus, "s", 0);
    assertThat(deadLetters(bus)).isZero();
  }

  @Test
  default void whatAHandlerPublishesBelongsToWhatItHandlesAndIsSaidOnce() throws Exception {
    EventBus bus = bus();
    AtomicInteger attempts = new AtomicInteger();
    bus.subscribe(
        subscription("s"),
        event -> {
          bus.publish(Draft.of("bot.answered", "{\"attempt\":" + attempts.incrementAndGet() + "}"));
          bus.publish(Draft.of("bot.counted"));
          if (attempts.get() == 1) {
            throw new IllegalStateException("after publishing");
          }
        });
    List<Event> answers = new CopyOnWriteArrayList<>();
    bus.subscribe(dev.rookery.Subscription.of("t", "bot.*"), answers::add);
    String cause = bus.publish(draft("a", 1)).id();
    awaitLag(bus, "s", 0);
    awaitLag(bus, "t", 0);
    assertThat(attempts).hasValue(2);
    assertThat(answers).hasSize(2);
    assertThat(answers)
        .allSatisfy(answer -> {
          assertThat(answer.correlation()).isEqualTo(cause);
          assertThat(answer.causation()).contains(cause);
          assertThat(answer.hops()).isEqualTo(1);
        });
  }

  @Test
  default void botsThatTriggerEachOtherAreCutOff() throws Exception {
    EventBus bus = bus();
    AtomicInteger rounds = new AtomicInteger();
    bus.subscribe(
        dev.rookery.Subscription.of("echo", "bot.said"),
        event -> {
          rounds.incrementAndGet();
          bus.publish(Draft.of("bot.said", "{}"));
        });
    bus.publish(Draft.of("bot.said"));
    soon().until(() -> deadLetters(bus) == 1);
    assertThat(rounds).hasValue(17);
    assertThat(
            bus.operations()
                .deadLetters(dev.rookery.Operations.DeadLetterFilter.ALL)
                .getFirst()
                .reason())
        .isEqualTo(dev.rookery.DeadLetter.Reason.LOOP);
  }

  @Test
  default void drainingFinishesWhatRunsAndBeginsNothing() throws Exception {
    EventBus bus = bus();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Handled record =
        new Handled(event -> {
          begun.countDown();
          release.await();
        });
    Subscriber subscriber = bus.subscribe(subscription("s").concurrency(1), record);
    for (int i = 0; i < 5; i++) {
      bus.publish(draft("k" + i, i));
    }
    begun.await();
    AtomicBoolean clean = new AtomicBoolean();
    Thread draining =
        Thread.ofVirtual().start(() -> clean.set(subscriber.drain(Duration.ofSeconds(10))));
    release.countDown();
    draining.join();
    assertThat(clean).isTrue();
    int before = record.seen.size();
    Handled next = new Handled();
    bus.subscribe(subscription("s"), next);
    soon().until(() -> before + next.seen.size() == 5);
    assertThat(next.seen).doesNotContainAnyElementsOf(record.seen);
  }

  @Test
  default void drainingInterruptsWhatDoesNotEndInTime() throws Exception {
    EventBus bus = bus();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Subscriber subscriber =
        bus.subscribe(
            subscription("s"),
            event -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
              }
            });
    bus.publish(draft("a", 1));
    begun.await();
    assertThat(subscriber.drain(Duration.ofMillis(50))).isFalse();
    assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  default void aDeliverySaysWhereItComesFromAndUnderWhichEpoch() throws Exception {
    EventBus bus = bus();
    List<Delivery> deliveries = new CopyOnWriteArrayList<>();
    Subscriber first =
        bus.subscribe(
            subscription("s"),
            EventHandler.ofDeliveries((delivery, progress) -> deliveries.add(delivery)));
    var receipt = bus.publish(draft("a", 1));
    soon().until(() -> deliveries.size() == 1);
    awaitLag(bus, "s", 0);
    first.close();
    bus.subscribe(
        subscription("s"),
        EventHandler.ofDeliveries((delivery, progress) -> deliveries.add(delivery)));
    bus.publish(draft("a", 2));
    soon().until(() -> deliveries.size() == 2);
    assertThat(deliveries.getFirst().position()).isEqualTo(receipt.position());
    assertThat(deliveries.getFirst().partition().stream()).isEqualTo("user");
    assertThat(deliveries.getFirst().attempt()).isEqualTo(1);
    assertThat(deliveries.getLast().epoch()).isGreaterThan(deliveries.getFirst().epoch());
  }
}

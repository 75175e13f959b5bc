package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.BusClosed;
import dev.rookery.Delivery;
import dev.rookery.Draft;
import dev.rookery.EventRejected;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Receipt;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What happens when subscribers come, go, die and follow each other. */
@Tag("P3")
@Tag("P4")
public interface TakeOverContract extends BusUnderTest {

  @Test
  default void aClosedSubscriberLeavesItsPlace() {
    Recorder first = new Recorder();
    Subscriber subscriber = subscribe(listening("watcher"), first);
    say("a");
    first.awaitHandled("a");
    subscriber.close();
    say("b");

    Recorder second = new Recorder();
    subscribe(listening("watcher"), second);
    say("c");

    second.awaitHandled("b", "c");
    first.awaitHandled("a");
  }

  @Test
  default void anEventIsNotLostWhenItsSubscriberDies() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    Recorder dies =
        new Recorder()
            .doing((delivery, progress) -> {
              begun.countDown();
              never.await();
            });
    Subscriber first = subscribe(listening("watcher"), dies);
    say("a");
    say("b");
    begun.await();

    first.abandon();
    Recorder second = new Recorder();
    subscribeAnother(listening("watcher"), second);

    second.awaitHandled("a", "b");
    assertThat(second.handled().getFirst().epoch()).isGreaterThan(dies.begun().getFirst().epoch());
    soon().until(() -> lagOf("watcher") == 0);
  }

  @Test
  default void aSubscriberInWaitingTakesOverWithoutLossInOrder() throws Exception {
    Recorder both = new Recorder();
    Set<Receipt> published = new HashSet<>();
    Subscriber first = subscribe(listening("watcher"), both);
    both.doing((delivery, progress) -> {});
    say("warm");
    both.awaitHandled("warm");
    Recorder second = new Recorder();
    Subscriber waiting = subscribeAnother(listening("watcher"), second);
    for (int n = 0; n < 100; n++) {
      published.add(say("e" + n, "key-" + n % 5));
    }
    soon().until(() -> both.handled().size() + second.handled().size() >= 50);

    first.abandon();
    for (int n = 100; n < 200; n++) {
      published.add(say("e" + n, "key-" + n % 5));
    }

    soon()
        .until(() -> {
          Set<String> seen = new HashSet<>(both.handledIds());
          seen.addAll(second.handledIds());
          return seen.size() == 201;
        });
    soon().until(() -> lagOf("watcher") == 0);
    for (int key = 0; key < 5; key++) {
      assertThat(numbers(second.handledIds("key-" + key))).isSorted().doesNotHaveDuplicates();
    }
    assertThat(published).hasSize(200);
    assertThat(waiting.state()).isEqualTo("running");
  }

  private static List<Integer> numbers(List<String> ids) {
    return ids.stream().map(id -> Integer.parseInt(id.substring(1))).toList();
  }

  @Test
  default void afterADeathNoMoreThanTheWindowComesTwice() throws Exception {
    int window = 20;
    Recorder first = new Recorder();
    Subscriber dies = subscribe(listening("watcher").window(window), first);
    bus()
        .publishAll(IntStream.range(0, 400).mapToObj(n -> said("e" + n, "key-" + n % 40)).toList());
    soon().until(() -> first.handled().size() >= 150);

    dies.abandon();
    Recorder second = new Recorder();
    subscribeAnother(listening("watcher").window(window), second);

    soon()
        .until(() -> {
          Set<String> seen = new HashSet<>(first.handledIds());
          seen.addAll(second.handledIds());
          return seen.size() == 400;
        });
    soon().until(() -> lagOf("watcher") == 0);
    List<String> twice = new ArrayList<>(first.begunIds());
    twice.retainAll(second.begunIds());
    assertThat(twice.size()).isLessThanOrEqualTo(window);
    assertThat(second.begunIds()).doesNotHaveDuplicates();
  }

  @Test
  default void anEventThatKillsItsSubscribersIsFoundAndItsNeighboursGoOn() {
    Subscription subscription = listening("watcher");
    IntStream.range(0, 3).forEach(n -> say("unheard-" + n));
    subscribe(subscription, new Recorder()).close();
    say("deadly", "a");
    say("neighbour", "b");
    AtomicInteger deaths = new AtomicInteger();
    Set<String> handled = new HashSet<>();
    for (int life = 0; life < 12 && lettersOf("watcher").isEmpty(); life++) {
      CountDownLatch never = new CountDownLatch(1);
      AtomicBoolean dying = new AtomicBoolean();
      Recorder recorder =
          new Recorder()
              .doing((delivery, progress) -> {
                if (delivery.event().id().equals("deadly")) {
                  deaths.incrementAndGet();
                  dying.set(true);
                  never.await();
                }
              });
      Subscriber subscriber = subscribe(subscription, recorder);
      soon().until(() -> dying.get() || !lettersOf("watcher").isEmpty());
      subscriber.abandon();
      handled.addAll(recorder.handledIds());
    }

    assertThat(lettersOf("watcher"))
        .singleElement()
        .matches(letter -> letter.reason() == dev.rookery.DeadLetter.Reason.CRASHED);
    assertThat(deaths.get()).isBetween(3, 5);
    Recorder last = new Recorder();
    subscribe(subscription, last);
    soon().until(() -> lagOf("watcher") == 0);
    handled.addAll(last.handledIds());
    assertThat(handled).containsExactly("neighbour");
  }

  @Test
  default void aRedrivenEventThatKillsItsSubscribersIsALetterAgain() {
    killRepeatedly(listening("watcher"));
  }

  @Test
  default void aRedrivenEventOfAHeldKeyThatKillsItsSubscribersIsALetterAgain() {
    killRepeatedly(listening("watcher").exhausted(Subscription.Exhausted.HOLD));
  }

  /** Redrives an event that was rejected once and from now on kills whoever handles it. */
  private void killRepeatedly(Subscription subscription) {
    Recorder rejecting =
        new Recorder()
            .doing((delivery, progress) -> {
              throw new EventRejected("never");
            });
    Subscriber rejected = subscribe(subscription, rejecting);
    say("deadly", "a");
    soon().until(() -> lettersOf("watcher").size() == 1);
    rejected.close();
    operations().redrive(DeadLetterFilter.ALL.of("watcher"));

    int deaths = 0;
    for (int life = 0; life < 12 && !isCrashed("watcher"); life++) {
      Recorder recorder = new Recorder().doing((delivery, progress) -> never());
      Subscriber subscriber = subscribe(subscription, recorder);
      soon().until(() -> !recorder.begun().isEmpty() || isCrashed("watcher"));
      deaths += recorder.begun().size();
      subscriber.abandon();
    }

    assertThat(isCrashed("watcher")).isTrue();
    assertThat(deaths).isBetween(3, 5);
    say("neighbour", "b");
    Recorder last = new Recorder();
    subscribe(subscription, last);
    last.awaitHandled("neighbour");
  }

  private static void never() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  private boolean isCrashed(String name) {
    return lettersOf(name).stream()
        .anyMatch(letter -> letter.reason() == dev.rookery.DeadLetter.Reason.CRASHED);
  }

  @Test
  default void subscribersOfOneNameShareThePartitions() throws Exception {
    Subscription wide = Subscription.of("wide", "wide.**").retry(QUICK);
    Recorder first = new Recorder();
    Recorder second = new Recorder();
    Subscriber one = subscribe(wide, first);
    subscribeAnother(wide, second);
    soon()
        .until(() -> {
          Set<String> owners = new HashSet<>();
          operations()
              .subscription("wide")
              .partitions()
              .forEach(partition -> owners.add(partition.owner().orElse("nobody")));
          return owners.size() == 2 && !owners.contains("nobody");
        });

    IntStream.range(0, 200)
        .forEach(n -> bus().publish(Draft.of("wide.x").id("e" + n).key("key-" + n % 32)));
    soon().until(() -> first.handled().size() + second.handled().size() == 200);
    assertThat(first.handled()).isNotEmpty();
    assertThat(second.handled()).isNotEmpty();

    one.close();
    int before = second.handled().size();
    IntStream.range(200, 300)
        .forEach(n -> bus().publish(Draft.of("wide.x").id("e" + n).key("key-" + n % 32)));
    second.awaitHandled(before + 100);
  }

  @Test
  default void drainingFinishesWhatRunsAndBeginsNothing() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch go = new CountDownLatch(1);
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              begun.countDown();
              go.await();
            });
    Subscriber subscriber = subscribe(listening("watcher").concurrency(2), recorder);
    IntStream.range(0, 10).forEach(n -> say("e" + n, "key-" + n));
    begun.await();

    Thread draining = Thread.ofPlatform().start(() -> subscriber.drain(Duration.ofMinutes(1)));
    Soon.staysFor(Duration.ofMillis(100), draining::isAlive);
    go.countDown();
    draining.join();

    assertThat(recorder.handled()).hasSize(2);
    soon().until(() -> lagOf("watcher") == 8);
    Recorder next = new Recorder();
    subscribe(listening("watcher"), next);
    next.awaitHandled(8);
    assertThat(next.handledIds()).doesNotContainAnyElementsOf(recorder.handledIds());
  }

  @Test
  default void drainingInterruptsWhatDoesNotEndInTime() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              begun.countDown();
              try {
                never.await();
              } finally {
                interrupted.countDown();
              }
            });
    Subscriber subscriber = subscribe(listening("watcher"), recorder);
    say("a");
    begun.await();

    assertThat(subscriber.drain(Duration.ofMillis(50))).isFalse();

    interrupted.await();
    Recorder next = new Recorder();
    subscribe(listening("watcher"), next);
    next.awaitHandled("a");
  }

  @Test
  default void closingTheBusDrainsItsSubscribers() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              begun.countDown();
            });
    subscribe(listening("watcher"), recorder);
    say("a");
    begun.await();

    closeTheBus();

    assertThat(recorder.handled()).extracting(Delivery::attempt).containsExactly(1);
    assertThatThrownBy(() -> say("b")).isInstanceOf(BusClosed.class);
    assertThatThrownBy(() -> subscribe(listening("other"), recorder)).isInstanceOf(BusClosed.class);
  }

  @Test
  default void aReopenedBusGoesOnWhereItWas() throws Exception {
    Recorder first = new Recorder();
    subscribe(listening("watcher"), first);
    say("a");
    first.awaitHandled("a");
    soon().until(() -> lagOf("watcher") == 0);

    reopen();

    if (!keeps()) {
      assertThat(operations().subscriptions()).isEmpty();
      assertThat(operations().event("a")).isEmpty();
      return;
    }
    say("b");
    assertThat(say("a").duplicate()).isTrue();
    Recorder second = new Recorder();
    subscribe(listening("watcher"), second);
    second.awaitHandled("b");
  }
}

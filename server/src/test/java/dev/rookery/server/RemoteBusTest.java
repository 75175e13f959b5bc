package dev.rookery.server;

import static dev.rookery.server.ServedBus.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.BackendUnavailable;
import dev.rookery.BusClosed;
import dev.rookery.Delivery;
import dev.rookery.Draft;
import dev.rookery.Durability;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.EventRejected;
import dev.rookery.IdConflict;
import dev.rookery.InvalidEvent;
import dev.rookery.InvalidInput;
import dev.rookery.NotFound;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Payload;
import dev.rookery.Published;
import dev.rookery.Receipt;
import dev.rookery.RetryPolicy;
import dev.rookery.Start;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RemoteBusTest {
  private static final RetryPolicy QUICK =
      new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(1));

  @AutoClose private final ServedBus served = new ServedBus();
  @AutoClose private final EventBus remote = EventBus.open(served.address());
  private final BlockingQueue<Event> handled = new LinkedBlockingQueue<>();

  private Event next() throws InterruptedException {
    Event event = handled.poll(30, TimeUnit.SECONDS);
    assertThat(event).isNotNull();
    return event;
  }

  @Test
  void aHandlerThatInterruptsItselfDoesNotDisturbTheNextEventOfItsKey() throws Exception {
    for (int i = 0; i < 3; i++) {
      remote.publish(Draft.of("user.a", "" + i).key("k"));
    }
    BlockingQueue<Boolean> interrupted = new LinkedBlockingQueue<>();
    remote.subscribe(
        Subscription.of("s", "user.*").from(Start.earliest()),
        e -> {
          interrupted.add(Thread.currentThread().isInterrupted());
          Thread.currentThread().interrupt();
        });

    for (int i = 0; i < 3; i++) {
      assertThat(interrupted.poll(30, TimeUnit.SECONDS)).isFalse();
    }
  }

  @Test
  void aReceiptSaysWhatTheServersBusSays() {
    Receipt receipt = remote.publish(Draft.of("user.a", "{\"x\":1}"));

    assertThat(receipt.stream()).isEqualTo("user");
    assertThat(receipt.durability()).isEqualTo(Durability.MEMORY);
    assertThat(receipt.duplicate()).isFalse();
    Event stored = served.bus.operations().event(receipt.id()).getFirst().located().event();
    assertThat(stored.data()).isEqualTo(Payload.json("{\"x\":1}"));
    assertThat(stored.source()).isEqualTo("anonymous");
  }

  @Test
  void oneRefusedEventDoesNotHoldUpTheOthers() {
    remote.publish(Draft.of("user.a", "1").id("taken"));

    List<Published> results =
        remote.publishAll(
            List.of(
                Draft.of("user.a", "2"),
                Draft.of("user..a", "2"),
                Draft.of("user.a", "{"),
                Draft.of("user.a", "2").id("taken"),
                Draft.of("user.a", "\"" + "x".repeat(300_000) + "\""),
                Draft.of("user.a", "3")));

    assertThat(results.get(0).receipt().position().high()).isEqualTo(2);
    assertThatThrownBy(() -> results.get(1).receipt()).isInstanceOf(InvalidEvent.class);
    assertThatThrownBy(() -> results.get(2).receipt()).isInstanceOf(InvalidEvent.class);
    assertThatThrownBy(() -> results.get(3).receipt()).isInstanceOf(IdConflict.class);
    assertThatThrownBy(() -> results.get(4).receipt())
        .isInstanceOf(dev.rookery.EventTooLarge.class);
    assertThat(results.get(5).receipt().position().high()).isEqualTo(3);
  }

  @Test
  void moreEventsThanOneRequestTakesGoInOrder() {
    List<Draft> drafts =
        java.util.stream.IntStream.range(0, 2_345)
            .mapToObj(i -> Draft.of("user.a", Integer.toString(i)))
            .toList();

    List<Published> results = remote.publishAll(drafts);

    assertThat(results)
        .extracting(result -> result.receipt().position().high())
        .isSorted()
        .hasSize(2_345);
  }

  @Test
  void aHandlerGetsWhatWasPublished() throws Exception {
    remote.subscribe(Subscription.of("s", "user.*"), handled::add);

    remote.publish(Draft.of("user.a", "{ \"x\": 1.0 }").key("k").attribute("tenant", "t"));

    Event event = next();
    assertThat(event.data().text()).isEqualTo("{ \"x\": 1.0 }");
    assertThat(event.key()).isEqualTo("k");
    assertThat(event.attributes()).containsEntry("tenant", "t");
    await().until(() -> remote.operations().subscription("s").lagEvents() == 0);
  }

  @Test
  void whatAHandlerPublishesBelongsToWhatItHandles() throws Exception {
    remote.subscribe(Subscription.of("echo", "user.a"), e -> remote.publish(Draft.of("user.b")));
    remote.subscribe(Subscription.of("s", "user.b"), handled::add);

    Receipt cause = remote.publish(Draft.of("user.a"));

    Event effect = next();
    assertThat(effect.causation()).contains(cause.id());
    assertThat(effect.correlation()).isEqualTo(cause.id());
    assertThat(effect.hops()).isEqualTo(1);
  }

  @Test
  void aRepeatedHandlingDoesNotSayThingsTwiceEvenInOtherWords() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    BlockingQueue<Receipt> receipts = new LinkedBlockingQueue<>();
    remote.subscribe(
        Subscription.of("echo", "user.a").retry(QUICK),
        e -> {
          int attempt = attempts.incrementAndGet();
          receipts.add(remote.publish(Draft.of("user.b", "{\"attempt\":" + attempt + "}")));
          if (attempt == 1) {
            throw new IllegalStateException("after the publish");
          }
        });

    remote.publish(Draft.of("user.a"));

    Receipt first = receipts.poll(30, TimeUnit.SECONDS);
    Receipt second = receipts.poll(30, TimeUnit.SECONDS);
    assertThat(second.duplicate()).isTrue();
    assertThat(second)
        .isEqualTo(
            new Receipt(
                first.id(),
                first.stream(),
                first.partition(),
                first.position(),
                first.durability(),
                true));
  }

  @Test
  void whatAHandlerThrowsIsKeptInTheDeadLetter() {
    remote.subscribe(
        Subscription.of("s", "user.*").retry(QUICK),
        e -> {
          throw new IllegalStateException("boom");
        });

    remote.publish(Draft.of("user.a", "{ \"x\":1 }"));

    await()
        .untilAsserted(() -> {
          var letter = remote.operations().deadLetters(DeadLetterFilter.ALL).getFirst();
          assertThat(letter.attempts()).isEqualTo(3);
          assertThat(letter.failures().getLast().error()).isEqualTo("IllegalStateException: boom");
          assertThat(letter.event().orElseThrow().data().text()).isEqualTo("{ \"x\":1 }");
          assertThat(letter)
              .isEqualTo(served.bus.operations().deadLetters(DeadLetterFilter.ALL).getFirst());
        });
  }

  @Test
  void aRejectedEventIsRedrivenAndDiscarded() throws Exception {
    AtomicBoolean refuse = new AtomicBoolean(true);
    remote.subscribe(
        Subscription.of("s", "user.*"),
        e -> {
          if (refuse.get()) {
            throw new EventRejected("never");
          }
          handled.add(e);
        });
    remote.publish(Draft.of("user.a", "1"));
    remote.publish(Draft.of("user.a", "2"));
    await().until(() -> remote.operations().deadLetters(DeadLetterFilter.ALL).size() == 2);
    String first = remote.operations().deadLetters(DeadLetterFilter.ALL).getFirst().id();

    refuse.set(false);
    assertThat(remote.operations().redrive(DeadLetterFilter.ALL.ids(first))).isEqualTo(1);

    assertThat(next().data().text()).isEqualTo("1");
    await().until(() -> remote.operations().deadLetters(DeadLetterFilter.ALL).size() == 1);
    assertThat(remote.operations().discard(DeadLetterFilter.ALL.of("s"))).isEqualTo(1);
    assertThat(remote.operations().deadLetters(DeadLetterFilter.ALL)).isEmpty();
  }

  @Test
  void handlersAtOnceAreAsManyAsTheSubscriptionSays() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(20);
    remote.subscribe(
        Subscription.of("s", "user.*").concurrency(3),
        e -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          go.await();
          running.decrementAndGet();
          done.countDown();
        });
    for (int i = 0; i < 20; i++) {
      remote.publish(Draft.of("user.a").key("k" + i));
    }
    await().until(() -> running.get() == 3);

    go.countDown();

    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(most).hasValue(3);
  }

  @Test
  void aHandlerPastItsDeadlineIsInterruptedAndItsKeyWaitsUntilItHasEnded() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    AtomicBoolean running = new AtomicBoolean();
    AtomicBoolean together = new AtomicBoolean();
    BlockingQueue<Integer> attempts = new LinkedBlockingQueue<>();
    CountDownLatch release = new CountDownLatch(1);
    remote.subscribe(
        Subscription.of("s", "user.*").deadline(Duration.ofSeconds(1)).retry(QUICK),
        EventHandler.ofDeliveries((Delivery delivery, EventHandler.Progress progress) -> {
          together.compareAndSet(false, running.getAndSet(true));
          attempts.add(delivery.attempt());
          if (delivery.attempt() == 1) {
            stubborn(interrupted, release);
          }
          running.set(false);
        }));

    remote.publish(Draft.of("user.a").key("k"));

    assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(attempts.poll(30, TimeUnit.SECONDS)).isEqualTo(1);
    assertThat(attempts.poll(1, TimeUnit.SECONDS)).isNull();
    release.countDown();
    assertThat(attempts.poll(30, TimeUnit.SECONDS)).isEqualTo(2);
    assertThat(together).isFalse();
    await().until(() -> remote.operations().subscription("s").lagEvents() == 0);
  }

  private static void stubborn(CountDownLatch interrupted, CountDownLatch release) {
    while (release.getCount() > 0) {
      try {
        release.await();
      } catch (InterruptedException e) {
        interrupted.countDown();
      }
    }
  }

  @Test
  void aHandlerThatSaysItIsWorkingIsNotInterrupted() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    remote.subscribe(
        Subscription.of("s", "user.*").deadline(Duration.ofMillis(500)),
        EventHandler.ofDeliveries((delivery, progress) -> {
          for (int i = 0; i < 10; i++) {
            never.await(100, TimeUnit.MILLISECONDS);
            progress.working();
          }
          done.countDown();
        }));

    remote.publish(Draft.of("user.a"));

    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void drainingWaitsForWhatRuns() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Subscriber subscriber =
        remote.subscribe(
            Subscription.of("s", "user.*"),
            e -> {
              begun.countDown();
              release.await();
            });
    remote.publish(Draft.of("user.a"));
    begun.await();

    Thread.ofVirtual().start(release::countDown);

    assertThat(subscriber.drain(Duration.ofSeconds(30))).isTrue();
    assertThat(subscriber.state()).isEqualTo("closed");
    assertThat(remote.operations().subscription("s").lagEvents()).isZero();
  }

  @Test
  void drainingInterruptsWhatDoesNotEnd() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Subscriber subscriber =
        remote.subscribe(
            Subscription.of("s", "user.*"),
            e -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } finally {
                interrupted.countDown();
              }
            });
    remote.publish(Draft.of("user.a"));
    begun.await();

    assertThat(subscriber.drain(Duration.ofMillis(100))).isFalse();
    assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void anAbandonedSubscribersEventsComeAgain() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Subscriber first =
        remote.subscribe(
            Subscription.of("s", "user.*"),
            e -> {
              begun.countDown();
              new CountDownLatch(1).await();
            });
    remote.publish(Draft.of("user.a", "7"));
    begun.await();

    first.abandon();
    remote.subscribe(Subscription.of("s", "user.*"), handled::add);

    assertThat(next().data().text()).isEqualTo("7");
  }

  @Test
  void aReplayEnds() throws Exception {
    remote.publish(Draft.of("user.a", "1"));
    var end = remote.operations().latest();
    remote.publish(Draft.of("user.a", "2"));

    Subscriber replay =
        remote.subscribe(
            Subscription.of("r", "user.*").from(Start.earliest()).replayUntil(end), handled::add);

    assertThat(replay.awaitEnd(Duration.ofSeconds(30))).isTrue();
    assertThat(replay.state()).isEqualTo("ended");
    assertThat(handled).extracting(e -> e.data().text()).containsExactly("1");
  }

  @Test
  void operatorsSeeTheSameAsInTheServersProcess() {
    remote.subscribe(Subscription.of("s", "user.*").window(9), handled::add).close();
    remote.publish(Draft.of("user.a").id("e1"));

    var there = served.bus.operations();
    var here = remote.operations();

    assertThat(here.streams()).isEqualTo(there.streams());
    assertThat(here.latest()).isEqualTo(there.latest());
    assertThat(here.event("e1")).isEqualTo(there.event("e1"));
    assertThat(here.event("none")).isEmpty();
    assertThat(here.weaknesses()).isEqualTo(there.weaknesses());
    assertThat(here.health()).isEqualTo(there.health());
    assertThat(here.metrics()).hasSameSizeAs(there.metrics());
    assertThat(here.subscription("s").definition()).isEqualTo(there.subscription("s").definition());
    assertThat(here.rewind("s", Start.earliest(), true))
        .isEqualTo(there.rewind("s", Start.earliest(), true));
  }

  @Test
  void operatorsPauseResumeRewindAndRemove() throws Exception {
    remote.publish(Draft.of("user.a", "1"));
    remote.subscribe(Subscription.of("s", "user.*"), handled::add);

    remote.operations().pause("s");
    await().until(() -> remote.operations().subscription("s").paused());
    remote.publish(Draft.of("user.a", "2"));
    remote.operations().resume("s");
    assertThat(next().data().text()).isEqualTo("2");
    remote.operations().rewind("s", Start.earliest(), false);
    assertThat(next().data().text()).isEqualTo("1");
    remote.operations().remove("s");

    assertThatThrownBy(() -> remote.operations().subscription("s")).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> remote.operations().pause("s")).isInstanceOf(NotFound.class);
  }

  @Test
  void aSubscriptionThatTheServerRefusesIsRefusedWithTheSameException() {
    Subscription bad = Subscription.of("s", "user.*").where("((");

    assertThatThrownBy(() -> remote.subscribe(bad, handled::add)).isInstanceOf(InvalidInput.class);
  }

  @Test
  void aClosedBusTakesNothing() {
    remote.close();

    assertThatThrownBy(() -> remote.publish(Draft.of("user.a"))).isInstanceOf(BusClosed.class);
    assertThatThrownBy(() -> remote.subscribe(Subscription.of("s", "**"), handled::add))
        .isInstanceOf(BusClosed.class);
  }

  @Test
  void aServerThatIsNotThereIsSaidByName() {
    assertThatThrownBy(() -> EventBus.open("http://")).isInstanceOf(InvalidInput.class);
    try (EventBus nobody = EventBus.open("http://127.0.0.1:1")) {
      assertThatThrownBy(() -> nobody.operations().health())
          .isInstanceOf(BackendUnavailable.class)
          .hasMessageContaining("rookery serve");
    }
  }
}

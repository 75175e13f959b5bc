package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.DeadLetter;
import dev.rookery.DeadLetter.Reason;
import dev.rookery.Delivery;
import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventRejected;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Outage;
import dev.rookery.Receipt;
import dev.rookery.RetryAfter;
import dev.rookery.RetryPolicy;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What happens to events whose handlers fail. */
@Tag("P3")
@Tag("P4")
public interface FailureContract extends BusUnderTest {

  private static Recorder failing(String... ids) {
    List<String> bad = List.of(ids);
    return new Recorder()
        .doing((delivery, progress) -> {
          if (bad.contains(delivery.event().id())) {
            throw new IllegalStateException("boom");
          }
        });
  }

  @Test
  default void aFailedEventComesAgain() {
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              if (delivery.attempt() < 3) {
                throw new IllegalStateException("not yet");
              }
            });
    subscribe(listening("watcher"), recorder);

    say("a");

    recorder.awaitHandled("a");
    assertThat(recorder.begun()).extracting(Delivery::attempt).containsExactly(1, 2, 3);
    soon().until(() -> lagOf("watcher") == 0);
    assertThat(lettersOf("watcher")).isEmpty();
  }

  @Test
  default void aKeyKeepsItsOrderThroughRetries() {
    Map<String, Integer> failures = new ConcurrentHashMap<>();
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              String id = delivery.event().id();
              int wanted = Math.floorMod(id.hashCode(), 5) == 0 ? 1 + id.length() % 2 : 0;
              if (failures.merge(id, 1, Integer::sum) <= wanted) {
                throw new IllegalStateException("again");
              }
            });
    subscribe(listening("watcher"), recorder);

    List<Draft> drafts =
        IntStream.range(0, 300).mapToObj(n -> said("e" + n, "key-" + n % 10)).toList();
    bus().publishAll(drafts);

    recorder.awaitHandled(300);
    for (int key = 0; key < 10; key++) {
      String name = "key-" + key;
      assertThat(recorder.handledIds(name))
          .isEqualTo(
              drafts.stream()
                  .filter(draft -> draft.key().get().equals(name))
                  .map(draft -> draft.id().get())
                  .toList());
    }
  }

  @Test
  default void aKeyThatWaitsHoldsUpNoOther() {
    AtomicBoolean fail = new AtomicBoolean(true);
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              if (delivery.event().key().equals("bad") && fail.get()) {
                throw new RetryAfter(Duration.ofMillis(500), "not yet");
              }
            });
    RetryPolicy patient = new RetryPolicy(1_000, Duration.ZERO, Duration.ZERO);
    subscribe(listening("watcher").window(4).retry(patient), recorder);

    say("bad-1", "bad");
    say("bad-2", "bad");
    IntStream.range(0, 100).forEach(n -> say("good-" + n, "good-" + n % 3));

    soon().until(() -> recorder.handled().size() == 100);
    assertThat(recorder.begunIds()).doesNotContain("bad-2");
    fail.set(false);
    recorder.awaitHandled(102);
    assertThat(recorder.handledIds("bad")).containsExactly("bad-1", "bad-2");
  }

  @Test
  default void anEventIsNotTriedAgainBeforeTheDelayThatItsHandlerAskedFor() {
    List<Long> times = new ArrayList<>();
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              times.add(System.nanoTime());
              if (delivery.attempt() == 1) {
                throw new RetryAfter(Duration.ofMillis(300), "later");
              }
            });
    subscribe(listening("watcher"), recorder);

    say("a");

    recorder.awaitHandled("a");
    assertThat(Duration.ofNanos(times.get(1) - times.get(0)))
        .isGreaterThanOrEqualTo(Duration.ofMillis(290));
  }

  @Test
  default void afterItsLastAttemptAnEventIsADeadLetter() {
    Recorder recorder = failing("a");
    subscribe(listening("watcher"), recorder);

    Receipt receipt = say("a");
    say("b");

    recorder.awaitHandled("b");
    soon().until(() -> lettersOf("watcher").size() == 1);
    DeadLetter letter = lettersOf("watcher").getFirst();
    assertThat(letter.reason()).isEqualTo(Reason.EXHAUSTED);
    assertThat(letter.state()).isEqualTo(DeadLetter.State.WAITING);
    assertThat(letter.attempts()).isEqualTo(3);
    assertThat(letter.position()).isEqualTo(receipt.position());
    assertThat(letter.key()).isEqualTo("common");
    assertThat(letter.event()).contains(operations().event("a").getFirst().located().event());
    assertThat(letter.failures()).hasSize(3);
    assertThat(letter.failures().getLast().error()).isEqualTo("IllegalStateException: boom");
    assertThat(recorder.begunIds()).containsExactly("a", "a", "a", "b");
    soon().until(() -> lagOf("watcher") == 0);
    assertThat(operations().subscription("watcher").deadLetters()).isEqualTo(1);
  }

  @Test
  default void aRejectedEventIsADeadLetterAtOnce() {
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              throw new EventRejected("never");
            });
    subscribe(listening("watcher"), recorder);

    say("a");

    soon().until(() -> lettersOf("watcher").size() == 1);
    assertThat(lettersOf("watcher").getFirst().reason()).isEqualTo(Reason.REJECTED);
    assertThat(recorder.begun()).hasSize(1);
  }

  @Test
  default void whateverAHandlerThrowsIsAFailure() {
    List<Throwable> thrown =
        List.of(
            new Exception("checked"),
            new AssertionError("asserted"),
            new StackOverflowError("deep"),
            new OutOfMemoryError("not really"),
            new InterruptedException("interrupted"),
            new NullPointerException());
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              if (delivery.attempt() <= thrown.size()) {
                sneak(thrown.get(delivery.attempt() - 1));
              }
            });
    RetryPolicy ten = new RetryPolicy(10, Duration.ZERO, Duration.ZERO);
    subscribe(listening("watcher").retry(ten), recorder);

    say("a");
    say("b");

    recorder.awaitHandled("a", "b");
    assertThat(recorder.begun()).hasSize(2 * (thrown.size() + 1));
  }

  private static void sneak(Throwable thrown) throws Exception {
    if (thrown instanceof Error error) {
      throw error;
    }
    throw (Exception) thrown;
  }

  @Test
  default void aHandlerPastItsDeadlineIsInterruptedAndTriedAgain() {
    AtomicInteger interrupted = new AtomicInteger();
    CountDownLatch never = new CountDownLatch(1);
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              if (delivery.attempt() == 1) {
                try {
                  never.await();
                } catch (InterruptedException e) {
                  interrupted.incrementAndGet();
                  throw e;
                }
              }
            });
    subscribe(listening("watcher").deadline(Duration.ofSeconds(1)), recorder);

    say("a");

    recorder.awaitHandled("a");
    assertThat(interrupted).hasValue(1);
    assertThat(recorder.begun()).extracting(Delivery::attempt).containsExactly(1, 2);
  }

  @Test
  default void anAttemptThatTookTooLongCountsEvenIfItEndsWell() {
    CountDownLatch never = new CountDownLatch(1);
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              try {
                never.await();
              } catch (InterruptedException e) {
                // as if all were well
              }
            });
    subscribe(listening("watcher").deadline(Duration.ofMillis(30)), recorder);

    say("a");

    soon().until(() -> lettersOf("watcher").size() == 1);
    DeadLetter letter = lettersOf("watcher").getFirst();
    assertThat(letter.attempts()).isEqualTo(3);
    assertThat(letter.failures().getLast().error()).contains("still running");
  }

  @Test
  default void aHandlerThatSaysItIsWorkingIsNotInterrupted() {
    CountDownLatch never = new CountDownLatch(1);
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              for (int i = 0; i < 12; i++) {
                never.await(200, TimeUnit.MILLISECONDS);
                progress.working();
              }
            });
    subscribe(listening("watcher").deadline(Duration.ofSeconds(2)), recorder);

    say("a");

    recorder.awaitHandled("a");
    assertThat(recorder.begun()).hasSize(1);
  }

  @Test
  default void aHandlerThatIgnoresItsDeadlineKeepsItsKeyAndNoOther() {
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              while (delivery.event().id().equals("stuck") && go.getCount() > 0) {
                try {
                  go.await();
                } catch (InterruptedException e) {
                  interrupted.countDown();
                }
              }
            });
    subscribe(listening("watcher").deadline(Duration.ofMillis(300)).window(4), recorder);

    List<String> good = IntStream.range(0, 50).mapToObj(n -> "good-" + n).toList();
    say("stuck", "bad");
    say("behind", "bad");
    for (int n = 0; n < good.size(); n++) {
      say(good.get(n), "good-" + n % 3);
    }

    soon().until(() -> interrupted.getCount() == 0 && recorder.handledIds().containsAll(good));
    assertThat(recorder.begunIds()).doesNotContain("behind");
    soon()
        .until(() ->
            !seesStuckHandlers()
                || operations().subscription("watcher").partitions().stream()
                    .flatMap(partition -> partition.heldUp().stream())
                    .anyMatch(text -> text.contains("bad")));
    go.countDown();
    soon().until(() -> recorder.handledIds("bad").contains("behind"));
    // On a busy machine any attempt may pass the deadline and come again.
    assertThat(recorder.handledIds("bad").stream().dropWhile("stuck"::equals))
        .containsOnly("behind");
    assertThat(recorder.handledIds("bad")).startsWith("stuck", "stuck");
  }

  @Test
  default void aRedrivenLetterIsHandledAndGone() {
    AtomicBoolean fail = new AtomicBoolean(true);
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              if (fail.get() && delivery.event().id().equals("a")) {
                throw new IllegalStateException("boom");
              }
            });
    subscribe(listening("watcher"), recorder);
    say("a");
    say("b");
    recorder.awaitHandled("b");
    soon().until(() -> lettersOf("watcher").size() == 1);
    fail.set(false);

    assertThat(operations().redrive(DeadLetterFilter.ALL.of("watcher"))).isEqualTo(1);

    recorder.awaitHandled("b", "a");
    Delivery again = recorder.handled().getLast();
    assertThat(again.redriven()).isTrue();
    assertThat(again.attempt()).isEqualTo(1);
    soon().until(() -> lettersOf("watcher").isEmpty());
  }

  @Test
  default void aRedrivenLetterThatFailsIsALetterAgain() {
    Recorder recorder = failing("a");
    subscribe(listening("watcher"), recorder);
    say("a");
    soon().until(() -> lettersOf("watcher").size() == 1);
    String id = lettersOf("watcher").getFirst().id();

    operations().redrive(DeadLetterFilter.ALL.ids(id));

    recorder.awaitBegun(6);
    soon()
        .untilAsserted(() ->
            assertThat(lettersOf("watcher"))
                .singleElement()
                .matches(letter -> letter.id().equals(id))
                .matches(letter -> letter.state() == DeadLetter.State.WAITING)
                .matches(letter -> letter.attempts() == 3));
  }

  @Test
  default void aLetterWaitsForItsSubscriberToBeRedriven() {
    Recorder recorder = failing("a");
    Subscriber subscriber = subscribe(listening("watcher"), recorder);
    say("a");
    soon().until(() -> lettersOf("watcher").size() == 1);
    subscriber.close();

    operations().redrive(DeadLetterFilter.ALL.of("watcher"));
    Recorder later = new Recorder();
    subscribe(listening("watcher"), later);

    later.awaitHandled("a");
    soon().until(() -> lettersOf("watcher").isEmpty());
  }

  @Test
  default void onlyTheSubscriptionThatFailedGetsARedrivenLetter() {
    Recorder fails = failing("a");
    Recorder other = new Recorder();
    subscribe(listening("fails"), fails);
    subscribe(listening("other"), other);
    say("a");
    soon().until(() -> lettersOf("fails").size() == 1);
    fails.doing((delivery, progress) -> {});

    operations().redrive(DeadLetterFilter.ALL);

    fails.awaitHandled("a");
    other.awaitHandled("a");
    assertThat(other.begunIds()).containsExactly("a");
  }

  @Test
  default void aDiscardedLetterNeverComesBack() {
    Recorder recorder = failing("a", "b");
    subscribe(listening("watcher"), recorder);
    say("a");
    say("b");
    soon().until(() -> lettersOf("watcher").size() == 2);
    recorder.doing((delivery, progress) -> {});
    String first = lettersOf("watcher").getFirst().id();

    assertThat(operations().discard(DeadLetterFilter.ALL.ids(first))).isEqualTo(1);
    operations().redrive(DeadLetterFilter.ALL.of("watcher"));

    recorder.awaitHandled("b");
    soon().until(() -> lettersOf("watcher").isEmpty());
    say("c");
    recorder.awaitHandled("b", "c");
  }

  @Test
  default void whatCannotBeUpcastIsADeadLetterWithoutBeingRun() {
    Recorder recorder = new Recorder();
    subscribe(Subscription.of("watcher", "user.fragile"), recorder);

    bus().publish(Draft.of("user.fragile", "{\"old\":1}").version(1).id("a").key("k"));
    bus().publish(Draft.of("user.fragile", "{\"new\":1}").id("b").key("k"));

    recorder.awaitHandled("b");
    soon().until(() -> lettersOf("watcher").size() == 1);
    DeadLetter letter = lettersOf("watcher").getFirst();
    assertThat(letter.reason()).isEqualTo(Reason.UNDECODABLE);
    assertThat(letter.event().map(Event::data).map(data -> data.text())).contains("{\"old\":1}");
    assertThat(recorder.begunIds()).containsExactly("b");
    soon().until(() -> lagOf("watcher") == 0);
  }

  @Test
  default void anEventTooManyHopsFromItsCauseIsALoop() {
    Recorder recorder = new Recorder();
    subscribe(listening("watcher"), recorder);

    bus().publish(said("a", "k").attribute(Event.HOPS, "17"));
    bus().publish(said("b", "k").attribute(Event.HOPS, "16"));

    recorder.awaitHandled("b");
    soon().until(() -> lettersOf("watcher").size() == 1);
    assertThat(lettersOf("watcher").getFirst().reason()).isEqualTo(Reason.LOOP);
    assertThat(recorder.begunIds()).containsExactly("b");
  }

  @Test
  default void anOutageBurnsNoAttempts() {
    AtomicBoolean down = new AtomicBoolean(true);
    AtomicInteger tries = new AtomicInteger();
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              tries.incrementAndGet();
              if (down.get()) {
                throw new Outage("the database is away");
              }
            });
    // So long that no key is tried twice before enough of them have shown the outage
    RetryPolicy two = new RetryPolicy(2, Duration.ofSeconds(20), Duration.ofSeconds(20));
    subscribe(listening("watcher").retry(two), recorder);

    IntStream.range(0, 40).forEach(n -> say("e" + n, "key-" + n % 20));

    soon().until(() -> tries.get() >= 6);
    Soon.staysFor(Duration.ofMillis(1_500), () -> lettersOf("watcher").isEmpty());
    down.set(false);
    soon().until(() -> recorder.handled().size() == 40);
    assertThat(lettersOf("watcher")).isEmpty();
    for (int key = 0; key < 20; key++) {
      assertThat(recorder.handledIds("key-" + key)).containsExactly("e" + key, "e" + (key + 20));
    }
  }
}

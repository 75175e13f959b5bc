package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.DeadLetter.Reason;
import dev.rookery.DeadLetter.State;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Operations.PartitionProgress;
import dev.rookery.RetryAfter;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.Subscription.Exhausted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What happens to the later events of a key that is in trouble for long. */
@Tag("P3")
public interface HoldContract extends BusUnderTest {

  private Subscription holding(String name) {
    return listening(name).exhausted(Exhausted.HOLD);
  }

  /** Fails for the event {@code bad} as long as the switch is on. */
  private static Recorder failingBad(AtomicBoolean fail) {
    return new Recorder()
        .doing((delivery, progress) -> {
          if (fail.get() && delivery.event().id().equals("bad")) {
            throw new IllegalStateException("boom");
          }
        });
  }

  private void awaitLetters(String name, int count) {
    soon().untilAsserted(() -> assertThat(lettersOf(name)).hasSize(count));
  }

  private static DeadLetterFilter exhausted() {
    return new DeadLetterFilter(
        List.of(),
        Optional.of("watcher"),
        Optional.empty(),
        Optional.of(Reason.EXHAUSTED),
        Optional.empty(),
        100);
  }

  private int parkedKeys(String name) {
    return operations().subscription(name).partitions().stream()
        .mapToInt(PartitionProgress::parkedKeys)
        .sum();
  }

  @Test
  default void aHeldKeyWaitsForAnOperatorAndNoOtherDoes() {
    Recorder recorder = failingBad(new AtomicBoolean(true));
    subscribe(holding("watcher"), recorder);

    say("before", "k");
    say("bad", "k");
    say("behind-1", "k");
    say("behind-2", "k");
    say("other", "j");

    awaitLetters("watcher", 3);
    say("behind-3", "k");
    awaitLetters("watcher", 4);
    soon()
        .untilAsserted(
            () -> assertThat(recorder.handledIds()).containsExactlyInAnyOrder("before", "other"));
    assertThat(lettersOf("watcher"))
        .extracting(letter -> letter.reason())
        .containsExactlyInAnyOrder(Reason.EXHAUSTED, Reason.PARKED, Reason.PARKED, Reason.PARKED);
    assertThat(operations().subscription("watcher").deadLetters()).isEqualTo(1);
    soon().until(() -> lagOf("watcher") == 3 && parkedKeys("watcher") == 1);
  }

  @Test
  default void aHeldKeyGoesOnInOrderAfterARedrive() {
    AtomicBoolean fail = new AtomicBoolean(true);
    Recorder recorder = failingBad(fail);
    subscribe(holding("watcher"), recorder);
    say("bad", "k");
    IntStream.range(0, 20).forEach(n -> say("behind-" + n, "k"));
    awaitLetters("watcher", 21);
    fail.set(false);

    String dead = badLetter();
    assertThat(operations().redrive(DeadLetterFilter.ALL.ids(dead))).isEqualTo(1);
    IntStream.range(20, 40).forEach(n -> say("behind-" + n, "k"));

    recorder.awaitHandled(41);
    List<String> expected = new ArrayList<>(List.of("bad"));
    IntStream.range(0, 40).forEach(n -> expected.add("behind-" + n));
    assertThat(recorder.handledIds()).isEqualTo(expected);
    awaitLetters("watcher", 0);
    soon().until(() -> lagOf("watcher") == 0 && parkedKeys("watcher") == 0);
  }

  private String badLetter() {
    return lettersOf("watcher").stream()
        .filter(letter -> letter.event().orElseThrow().id().equals("bad"))
        .findFirst()
        .orElseThrow()
        .id();
  }

  @Test
  default void aHeldKeyGoesOnInOrderAfterADiscard() {
    Recorder recorder = failingBad(new AtomicBoolean(true));
    subscribe(holding("watcher"), recorder);
    say("bad", "k");
    say("behind-1", "k");
    say("behind-2", "k");
    awaitLetters("watcher", 3);

    operations().discard(DeadLetterFilter.ALL.ids(badLetter()));
    say("behind-3", "k");

    recorder.awaitHandled("behind-1", "behind-2", "behind-3");
    awaitLetters("watcher", 0);
    soon().until(() -> lagOf("watcher") == 0);
  }

  @Test
  default void aHeldKeyThatFailsAgainIsHeldAgain() {
    AtomicBoolean fail = new AtomicBoolean(true);
    Recorder recorder = failingBad(fail);
    subscribe(holding("watcher"), recorder);
    say("bad", "k");
    say("behind", "k");
    awaitLetters("watcher", 2);

    operations().redrive(DeadLetterFilter.ALL.ids(badLetter()));
    recorder.awaitBegun(6);
    // While it is handled again it has the reason of before; only then it waits again
    soon()
        .until(() ->
            lettersOf("watcher").stream()
                .filter(letter -> letter.reason() == Reason.EXHAUSTED)
                .anyMatch(letter -> letter.state() == State.WAITING));
    assertThat(recorder.handled()).isEmpty();

    fail.set(false);
    soon().until(() -> parkedKeys("watcher") == 1 && operations().redrive(exhausted()) == 1);
    recorder.awaitHandled("bad", "behind");
  }

  @Test
  default void aHeldKeyIsHeldForTheNextSubscriberToo() {
    AtomicBoolean fail = new AtomicBoolean(true);
    Recorder first = failingBad(fail);
    Subscriber subscriber = subscribe(holding("watcher"), first);
    say("bad", "k");
    say("behind-1", "k");
    awaitLetters("watcher", 2);
    subscriber.close();

    Recorder second = failingBad(fail);
    subscribe(holding("watcher"), second);
    say("behind-2", "k");
    say("other", "j");

    second.awaitHandled("other");
    awaitLetters("watcher", 3);
    fail.set(false);
    operations().redrive(DeadLetterFilter.ALL.ids(badLetter()));
    second.awaitHandled("other", "bad", "behind-1", "behind-2");
  }

  @Test
  default void aKeyThatMustWaitLongIsPutAsideAndGoesOnInOrder() {
    AtomicBoolean fail = new AtomicBoolean(true);
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              if (fail.get() && delivery.event().id().equals("bad")) {
                throw new RetryAfter(Duration.ofMinutes(10), "much later");
              }
            });
    subscribe(listening("watcher"), recorder);
    say("bad", "k");
    say("behind-1", "k");
    say("other", "j");

    awaitLetters("watcher", 2);
    say("behind-2", "k");
    awaitLetters("watcher", 3);
    recorder.awaitHandled("other");
    assertThat(lettersOf("watcher")).extracting(l -> l.reason()).containsOnly(Reason.PARKED);
    soon().until(() -> lagOf("watcher") == 3 && parkedKeys("watcher") == 1);

    fail.set(false);
    operations().redrive(DeadLetterFilter.ALL.of("watcher"));
    recorder.awaitHandled("other", "bad", "behind-1", "behind-2");
    soon().until(() -> lagOf("watcher") == 0 && parkedKeys("watcher") == 0);
  }

  @Test
  default void aKeyWithVeryManyEventsBehindOneIsPutAsideAndGoesOnInOrder() {
    AtomicBoolean fail = new AtomicBoolean(true);
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              if (fail.get() && delivery.event().id().equals("bad")) {
                throw new RetryAfter(Duration.ofMillis(200), "soon");
              }
            });
    subscribe(listening("watcher").retry(dev.rookery.RetryPolicy.attempts(1_000)), recorder);
    say("bad", "k");
    for (int batch = 0; batch < 5; batch++) {
      int first = batch * 300;
      bus()
          .publishAll(
              IntStream.range(first, first + 300).mapToObj(n -> said("e" + n, "k")).toList());
    }
    say("other", "j");

    recorder.awaitHandled("other");
    soon().until(() -> parkedKeys("watcher") == 1);
    fail.set(false);

    recorder.awaitHandled(1_502);
    List<String> expected = new ArrayList<>(List.of("bad"));
    IntStream.range(0, 1_500).forEach(n -> expected.add("e" + n));
    assertThat(recorder.handledIds("k")).isEqualTo(expected);
    awaitLetters("watcher", 0);
    soon().until(() -> lagOf("watcher") == 0 && parkedKeys("watcher") == 0);
  }
}

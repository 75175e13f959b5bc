package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Delivery;
import dev.rookery.NotFound;
import dev.rookery.Operations.Move;
import dev.rookery.Position;
import dev.rookery.Receipt;
import dev.rookery.Start;
import dev.rookery.Subscriber;
import dev.rookery.Token;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What starts, replays and rewinds promise. */
public interface ReplayContract extends BusUnderTest {

  @Test
  default void latestBeginsAfterWhatIsStored() {
    say("a");
    Recorder recorder = new Recorder();
    subscribe(listening("watcher").from(Start.latest()), recorder);

    say("b");

    recorder.awaitHandled("b");
    soon().until(() -> lagOf("watcher") == 0);
  }

  @Test
  default void earliestBeginsWithTheFirstEventKept() {
    say("a");
    say("b");
    Recorder recorder = new Recorder();
    subscribe(listening("watcher").from(Start.earliest()), recorder);

    say("c");

    recorder.awaitHandled("a", "b", "c");
  }

  @Test
  default void aTimeBeginsWithTheFirstEventTakenThen() {
    say("a");
    Instant begin = Instant.now();
    soon().until(() -> Instant.now().isAfter(begin.plusMillis(20)));
    Instant between = Instant.now();
    soon().until(() -> Instant.now().isAfter(between.plusMillis(20)));
    say("b");
    Recorder recorder = new Recorder();

    subscribe(listening("watcher").from(new Start.At(between)), recorder);

    recorder.awaitHandled("b");
  }

  @Test
  default void aPositionOrATokenBeginsAfterIt() {
    Receipt a = say("a");
    Token token = operations().latest();
    say("b");
    Recorder byPosition = new Recorder();
    Recorder byToken = new Recorder();

    subscribe(listening("position").from(new Start.AfterPosition(a.position())), byPosition);
    subscribe(listening("token").from(new Start.After(Token.parse(token.toString()))), byToken);

    byPosition.awaitHandled("b");
    byToken.awaitHandled("b");
  }

  @Test
  default void whereASubscriptionBeginsCountsOnlyWhenItIsNew() {
    say("a");
    Recorder first = new Recorder();
    subscribe(listening("watcher").from(Start.earliest()), first).drain(Duration.ofMinutes(1));
    Recorder second = new Recorder();

    soon().until(() -> first.handled().size() + lagOf("watcher") == 1);
    long left = lagOf("watcher");
    subscribe(listening("watcher").from(Start.latest()), second);
    say("b");

    second.awaitHandled((int) left + 1);
  }

  @Test
  default void aReplayHandsOutThePastAndEnds() throws InterruptedException {
    IntStream.range(0, 50).forEach(n -> say("e" + n, "key-" + n % 4));
    Token end = operations().latest();
    say("later");
    Recorder recorder = new Recorder();

    Subscriber replay = subscribe(fromTheBeginning("again").replayUntil(end), recorder);

    assertThat(replay.awaitEnd(Duration.ofMinutes(1))).isTrue();
    assertThat(recorder.handled()).hasSize(50).allMatch(Delivery::replay);
    assertThat(recorder.handledIds()).doesNotContain("later");
    assertThat(replay.state()).isEqualTo("ended");
  }

  @Test
  default void aLongReplayHandsOutThePastToItsEnd() throws InterruptedException {
    int batches = 5;
    int size = 300;
    for (int batch = 0; batch < batches; batch++) {
      int first = batch * size;
      bus()
          .publishAll(
              IntStream.range(first, first + size).mapToObj(n -> said("e" + n, "key")).toList());
    }
    Recorder recorder = new Recorder();

    Subscriber replay =
        subscribe(fromTheBeginning("again").replayUntil(operations().latest()), recorder);

    assertThat(replay.awaitEnd(Duration.ofMinutes(1))).isTrue();
    assertThat(recorder.handled()).hasSize(batches * size);
  }

  @Test
  default void aReplayOfNothingEnds() throws InterruptedException {
    Subscriber replay =
        subscribe(fromTheBeginning("again").replayUntil(operations().latest()), new Recorder());

    assertThat(replay.awaitEnd(Duration.ofMinutes(1))).isTrue();
  }

  @Test
  default void aReplayLeavesOtherSubscriptionsAlone() throws InterruptedException {
    Recorder recorder = new Recorder();
    subscribe(listening("watcher"), recorder);
    say("a");
    recorder.awaitHandled("a");

    Subscriber replay =
        subscribe(fromTheBeginning("again").replayUntil(operations().latest()), new Recorder());

    assertThat(replay.awaitEnd(Duration.ofMinutes(1))).isTrue();
    recorder.awaitHandled("a");
  }

  @Test
  default void aRewoundSubscriptionHandlesThePastAgain() {
    Recorder recorder = new Recorder();
    subscribe(listening("watcher"), recorder);
    Position a = say("a").position();
    say("b");
    say("c");
    recorder.awaitHandled("a", "b", "c");

    operations().rewind("watcher", new Start.AfterPosition(a), false);

    recorder.awaitHandled("a", "b", "c", "b", "c");
    say("d");
    recorder.awaitHandled("a", "b", "c", "b", "c", "d");
    soon().until(() -> lagOf("watcher") == 0);
  }

  @Test
  default void aDryRunOfARewindOnlySaysWhatWouldHappen() {
    Recorder recorder = new Recorder();
    subscribe(listening("watcher"), recorder);
    say("a");
    Position b = say("b").position();
    recorder.awaitHandled("a", "b");
    soon()
        .untilAsserted(() ->
            assertThat(operations().rewind("watcher", Start.earliest(), true))
                .singleElement()
                .extracting(Move::from)
                .isEqualTo(b));

    List<Move> moves = operations().rewind("watcher", Start.earliest(), true);

    assertThat(moves.getFirst().to()).isEqualTo(Position.ZERO);
    assertThat(moves.getFirst().events()).isEqualTo(2);
    say("c");
    recorder.awaitHandled("a", "b", "c");
  }

  @Test
  default void aRewindForwardPassesOverWhatLiesBetween() {
    CountDownLatch go = new CountDownLatch(1);
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              if (delivery.event().id().equals("a")) {
                go.await();
              }
            });
    subscribe(listening("watcher"), recorder);
    say("a");
    recorder.awaitBegun(1);
    IntStream.range(0, 20).forEach(n -> say("passed-" + n));

    operations().rewind("watcher", Start.latest(), false);
    soon().until(() -> lagOf("watcher") == 0);
    go.countDown();
    say("b");

    soon().until(() -> recorder.handledIds().contains("b"));
    assertThat(recorder.begunIds()).noneMatch(id -> id.startsWith("passed"));
  }

  @Test
  default void aSubscriptionWithoutASubscriberIsRewoundToo() {
    Recorder recorder = new Recorder();
    subscribe(listening("watcher"), recorder).close();
    say("a");
    operations().rewind("watcher", Start.latest(), false);
    say("b");

    subscribe(listening("watcher"), recorder);

    recorder.awaitHandled("b");
    assertThatThrownBy(() -> operations().rewind("nobody", Start.latest(), false))
        .isInstanceOf(NotFound.class);
  }

  @Test
  default void aChangedDefinitionAppliesFromTheFloorOn() {
    Recorder first = new Recorder();
    Subscriber subscriber = subscribe(listening("watcher").where("data.id != 'b'"), first);
    say("a");
    say("b");
    first.awaitHandled("a");
    soon().until(() -> lagOf("watcher") == 0);
    subscriber.close();
    say("c");
    say("d");

    Recorder second = new Recorder();
    subscribe(listening("watcher").where("data.id != 'c'"), second);

    second.awaitHandled("d");
    assertThat(operations().subscription("watcher").definition().where())
        .contains("data.id != 'c'");
  }

  @Test
  default void aRunningSubscriberTakesOverAChangedDefinition() throws Exception {
    Recorder first = new Recorder();
    Subscriber old = subscribe(listening("watcher"), first);
    say("a");
    first.awaitHandled("a");

    Recorder second = new Recorder();
    subscribeAnother(listening("watcher").where("data.id == 'yes'"), second);
    soon().until(() -> old.subscription().where().isPresent());
    say("no");
    say("yes");

    soon().until(() -> first.handledIds().contains("yes") || second.handledIds().contains("yes"));
    assertThat(first.handledIds()).doesNotContain("no");
    assertThat(second.handledIds()).doesNotContain("no");
  }
}

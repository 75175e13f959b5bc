package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Delivery;
import dev.rookery.Draft;
import dev.rookery.InvalidInput;
import dev.rookery.Operations.Move;
import dev.rookery.Pace;
import dev.rookery.Position;
import dev.rookery.Receipt;
import dev.rookery.ReplayPlan;
import dev.rookery.ReplayTerms;
import dev.rookery.SideEffect;
import dev.rookery.Start;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is promised of events that were handled before: once said, done outside, and how fast. */
public interface HandledAgainContract extends BusUnderTest {

  @Test
  default void deliveriesOfARewoundSubscriptionSayThatTheyAreAReplay() {
    Recorder recorder = new Recorder();
    subscribe(listening("watcher"), recorder);
    say("a");
    awaitSaved("watcher", say("b").position());

    operations().rewind("watcher", Start.earliest(), false);
    recorder.awaitHandled("a", "b", "a", "b");
    say("c");

    recorder.awaitHandled("a", "b", "a", "b", "c");
    assertThat(recorder.handled())
        .extracting(Delivery::replay)
        .containsExactly(false, false, true, true, false);
  }

  /** Waits until the store knows that everything up to the position was handled. */
  private void awaitSaved(String subscription, Position position) {
    soon()
        .untilAsserted(() ->
            assertThat(operations().rewind(subscription, Start.latest(), true))
                .extracting(Move::from)
                .anyMatch(from -> !position.isAfter(from)));
  }

  @Test
  default void aNewSubscriptionOfARemovedOnesNameHasHandledNothing() throws Exception {
    Recorder recorder = new Recorder();
    Subscriber first = subscribe(listening("watcher"), recorder);
    awaitSaved("watcher", say("a").position());
    operations().rewind("watcher", Start.earliest(), false);
    recorder.awaitHandled("a", "a");
    first.close();
    operations().remove("watcher");

    Recorder anew = new Recorder();
    subscribe(fromTheBeginning("watcher"), anew);

    anew.awaitHandled("a");
    assertThat(anew.handled()).noneMatch(Delivery::replay);
  }

  @Test
  default void anExternalHandlerIsReplayedOnlyIfThatIsAskedFor() throws InterruptedException {
    say("a");
    Subscription replay =
        fromTheBeginning("again").effect(SideEffect.EXTERNAL).replayUntil(operations().latest());
    Recorder recorder = new Recorder();

    assertThatThrownBy(() -> subscribe(replay, recorder))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("external");
    Subscriber asked = subscribe(replay.terms(ReplayTerms.USUAL.withExternal()), recorder);

    assertThat(asked.awaitEnd(Duration.ofMinutes(1))).isTrue();
    recorder.awaitHandled("a");
  }

  @Test
  default void anExternalSubscriptionIsRewoundOnlyIfThatIsAskedFor() {
    Recorder recorder = new Recorder();
    subscribe(listening("mailer").effect(SideEffect.EXTERNAL), recorder);
    awaitSaved("mailer", say("a").position());

    assertThatThrownBy(() -> operations().rewind("mailer", Start.earliest(), true))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("external");
    operations().rewind("mailer", Start.earliest(), ReplayTerms.USUAL.withExternal(), false);

    recorder.awaitHandled("a", "a");
  }

  @Test
  default void aReplayPassesOverTypesThatActOnTheWorldOutside() throws InterruptedException {
    Subscription both = Subscription.of("again", "user.said", "user.mailed").from(Start.earliest());
    say("a");
    bus().publish(Draft.of("user.mailed").id("mail").key("common"));
    say("b");
    Recorder live = new Recorder();
    subscribe(Subscription.of("live", "user.*").from(Start.earliest()), live);
    Recorder without = new Recorder();
    Recorder with = new Recorder();

    Subscription replay = both.replayUntil(operations().latest());
    assertThat(subscribe(replay, without).awaitEnd(Duration.ofMinutes(1))).isTrue();
    Subscription asked = replay.terms(ReplayTerms.USUAL.withExternal());
    assertThat(subscribe(asked, with).awaitEnd(Duration.ofMinutes(1))).isTrue();

    without.awaitHandled("a", "b");
    with.awaitHandled("a", "mail", "b");
    live.awaitHandled("a", "mail", "b");
  }

  @Test
  @Tag("P2")
  @Tag(BusContract.FORGETFUL)
  default void whatAHandlerSaysInAReplayExistsOnceThoughItsIdIsForgotten()
      throws InterruptedException {
    List<Receipt> receipts = new CopyOnWriteArrayList<>();
    Recorder bot =
        new Recorder()
            .doing((delivery, progress) -> {
              receipts.add(bus().publish(Draft.of("user.effect").key("k")));
              receipts.add(bus().publish(Draft.of("user.effect").key("other")));
            });
    subscribe(listening("bot"), bot);
    awaitSaved("bot", say("cause").position());
    forgetIds();

    operations().rewind("bot", Start.earliest(), false);

    bot.awaitHandled("cause", "cause");
    assertThat(receipts).extracting(Receipt::duplicate).containsExactly(false, false, true, true);
    assertThat(receipts.get(2).position()).isEqualTo(receipts.get(0).position());
    Recorder effects = new Recorder();
    subscribe(Subscription.of("effects", "user.effect").from(Start.earliest()), effects);
    soon().until(() -> lagOf("effects") == 0);
    assertThat(effects.handled()).hasSize(2);
  }

  /** The window of ids is a second long. */
  private static void forgetIds() {
    Instant forgotten = Instant.now().plusMillis(1_500);
    soon().until(() -> Instant.now().isAfter(forgotten));
  }

  @Test
  default void aPlanSaysWhatAReplayWouldHandOut() {
    bus().publishAll(IntStream.range(0, 40).mapToObj(n -> said("e" + n, "key-" + n % 4)).toList());
    bus().publish(Draft.of("user.mailed").key("mail"));
    Subscription all =
        Subscription.of("again", "user.*")
            .from(Start.earliest())
            .terms(ReplayTerms.USUAL.pace(Pace.rate(10)));

    ReplayPlan plan = operations().plan(all);
    say("later");
    ReplayPlan one = operations().plan(all.where("data.id == 'e7'").replayUntil(plan.end()));

    assertThat(plan.counted()).isTrue();
    assertThat(plan.stored()).isEqualTo(41);
    assertThat(plan.matching()).isEqualTo(40);
    assertThat(plan.keys()).isEqualTo(4);
    assertThat(plan.time()).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(30));
    assertThat(one.stored()).isEqualTo(41);
    assertThat(one.matching()).isEqualTo(1);
    assertThat(operations().subscriptions()).isEmpty();
  }

  @Test
  default void aReplayKeepsItsRate() throws InterruptedException {
    bus().publishAll(IntStream.range(0, 40).mapToObj(n -> said("e" + n, "key-" + n % 4)).toList());
    Recorder recorder = new Recorder();
    Subscription replay =
        fromTheBeginning("again")
            .replayUntil(operations().latest())
            .terms(ReplayTerms.USUAL.pace(Pace.rate(40)));

    long begin = System.nanoTime();
    Subscriber subscriber = subscribe(replay, recorder);

    assertThat(subscriber.awaitEnd(Duration.ofMinutes(1))).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(800));
    assertThat(recorder.handled()).hasSize(40);
  }

  @Test
  default void aReplayKeepsTheTimesOfItsEventsSoManyTimesAsFast() throws InterruptedException {
    Instant start = Instant.parse("2026-01-01T00:00:00Z");
    bus().publish(said("a", "common").time(start));
    bus().publish(said("b", "common").time(start.plusSeconds(60)));
    Recorder recorder = new Recorder();
    Subscription replay =
        fromTheBeginning("again")
            .replayUntil(operations().latest())
            .terms(ReplayTerms.USUAL.pace(Pace.times(60)));

    long begin = System.nanoTime();
    Subscriber subscriber = subscribe(replay, recorder);

    assertThat(subscriber.awaitEnd(Duration.ofMinutes(1))).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(900));
    recorder.awaitHandled("a", "b");
  }

  @Test
  default void aReplayIsPausedResumedAndCancelled() throws InterruptedException {
    bus().publishAll(IntStream.range(0, 300).mapToObj(n -> said("e" + n, "key")).toList());
    Recorder recorder = new Recorder();
    Subscriber replay =
        subscribe(
            fromTheBeginning("again")
                .replayUntil(operations().latest())
                .terms(ReplayTerms.USUAL.pace(Pace.rate(10))),
            recorder);
    recorder.awaitBegun(5);

    operations().pause("again");
    soon().until(() -> replay.state().equals("paused"));
    int whenPaused = recorder.handled().size();
    assertThat(whenPaused).isLessThan(300);
    operations().resume("again");
    soon().until(() -> recorder.handled().size() > whenPaused);
    operations().remove("again");

    soon().until(() -> replay.state().equals("removed") || replay.state().startsWith("failed"));
    assertThat(operations().subscriptions()).isEmpty();
  }
}

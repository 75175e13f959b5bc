package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.rookery.Draft;
import dev.rookery.EventRejected;
import dev.rookery.InvalidEvent;
import dev.rookery.Operations.Attempt;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.RetryPolicy;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.audit.AuditRecord;
import dev.rookery.audit.AuditTrail;
import dev.rookery.audit.Fact;
import dev.rookery.audit.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the audit records, and that it is whole. */
public interface AuditContract extends BusUnderTest {

  /** What the audit tells, in its order. */
  default List<Fact> facts() {
    List<Fact> facts = new ArrayList<>();
    new AuditTrail(operations())
        .each(
            Start.earliest(),
            located -> facts.add(AuditRecord.read(located.event()).orElseThrow().fact()));
    return facts;
  }

  default Report verified() {
    return new AuditTrail(operations())
        .verify(List.of(BusContract.KEY), Optional.empty(), Instant.EPOCH, _ -> {});
  }

  private List<String> told() {
    return facts().stream()
        .flatMap(fact ->
            switch (fact) {
              case Fact.Intended act -> List.of(act.act() + " " + act.target()).stream();
              case Fact.Done done -> List.of(done.act() + " " + done.target() + " done").stream();
              case Fact.Failed failed ->
                  List.of(failed.act() + " " + failed.target() + " " + failed.error()).stream();
              case Fact.Delivered _, Fact.Lost _ -> List.<String>of().stream();
            })
        .toList();
  }

  @Test
  default void eachActIsAnnouncedAndItsEndIsRecorded() {
    Recorder rejecting =
        new Recorder()
            .doing((delivery, progress) -> {
              throw new EventRejected("no");
            });
    subscribe(listening("watcher"), rejecting);
    say("a");
    say("b", "other");
    soon().until(() -> lettersOf("watcher").size() == 2);
    String letter = lettersOf("watcher").getFirst().id();

    operations().pause("watcher");
    operations().discard(DeadLetterFilter.ALL.ids(letter));
    operations().redrive(DeadLetterFilter.ALL.of("watcher"));
    operations().rewind("watcher", Start.earliest(), true);
    operations().rewind("watcher", Start.earliest(), false);
    operations().resume("watcher");
    operations().remove("watcher");

    assertThat(told())
        .containsExactly(
            "pause watcher",
            "pause watcher done",
            "discard ",
            "discard  done",
            "redrive watcher",
            "redrive watcher done",
            "rewind watcher",
            "rewind watcher done",
            "resume watcher",
            "resume watcher done",
            "remove watcher",
            "remove watcher done");
    assertThat(facts())
        .filteredOn(Fact.Intended.class::isInstance)
        .extracting(fact -> ((Fact.Intended) fact).with())
        .contains(Map.of("ids", letter), Map.of("to", "earliest"));
    assertThat(facts())
        .filteredOn(Fact.Intended.class::isInstance)
        .allSatisfy(fact -> assertThat(((Fact.Intended) fact).who()).isNotEmpty());
    Report report = verified();
    assertThat(report.problems()).isEmpty();
    assertThat(report.acts()).isEqualTo(6);
    assertThat(report.unfinished()).isEmpty();
    assertThat(report.checkpoint()).isPresent();
  }

  @Test
  default void aReplayAndAnotherDefinitionAreActs() throws Exception {
    say("a");
    Recorder recorder = new Recorder();
    subscribe(listening("watcher"), new Recorder()).close();
    subscribe(listening("watcher"), new Recorder()).close();
    subscribe(listening("watcher").window(7), new Recorder()).close();
    subscribe(fromTheBeginning("again").replayUntil(operations().latest()), recorder)
        .awaitEnd(Duration.ofMinutes(1));
    recorder.awaitHandled("a");

    assertThat(told())
        .containsExactly(
            "redefine watcher", "redefine watcher done", "replay again", "replay again done");
  }

  @Test
  default void nobodyElsePublishesRecords() {
    assertThatThrownBy(() -> bus().publish(Draft.of("system.audit.done")))
        .isInstanceOf(InvalidEvent.class)
        .hasMessageContaining("audit");
    assertThat(facts()).isEmpty();
  }

  @Test
  default void theOutcomeOfEachAttemptIsRecordedWhereThatIsOn() {
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              if (delivery.attempt() < 3) {
                throw new IllegalStateException("not yet");
              }
            });
    Subscription audited =
        listening("audited").retry(new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(1)));
    subscribe(audited, recorder);
    subscribe(listening("unseen"), new Recorder());

    say("a");

    soon()
        .untilAsserted(() ->
            assertThat(operations().event("a").getFirst().attempts())
                .extracting(
                    Attempt::subscription, Attempt::attempt, Attempt::outcome, Attempt::settlement)
                .containsExactly(
                    tuple("audited", 1, "failed", "retry"),
                    tuple("audited", 2, "failed", "retry"),
                    tuple("audited", 3, "handled", "ack")));
    assertThat(verified().problems()).isEmpty();
    assertThat(verified().deliveries()).isEqualTo(3);
  }

  @Test
  default void deliveriesOfTheAuditAreNotAudited() {
    Recorder recorder = new Recorder();
    subscribe(Subscription.of("audited", "system.audit.**", "user.said"), recorder);

    say("a");
    operations().pause("audited");
    operations().resume("audited");

    soon().until(() -> recorder.handled().size() >= 6);
    Soon.staysFor(Duration.ofMillis(500), () -> verified().deliveries() == 1);
  }
}

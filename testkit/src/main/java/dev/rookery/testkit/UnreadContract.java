package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;
import static dev.rookery.testkit.Soon.staysFor;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.Metric;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Receipt;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.TypePattern;
import dev.rookery.audit.AuditRecord;
import dev.rookery.audit.AuditTrail;
import dev.rookery.audit.Fact;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of subscriptions that nobody reads any more. */
@Tag("P6")
public interface UnreadContract extends BusUnderTest {
  /** Longer than the stream {@code left} waits, whose events are kept for a millisecond only. */
  Duration LONG_ENOUGH = Duration.ofSeconds(3);

  /** Publishes them at once, so that none comes after the others are given up; the last receipt. */
  private Receipt publish(String type, String... ids) {
    List<Draft> drafts = Stream.of(ids).map(id -> Draft.of(type, "{}").id(id)).toList();
    return bus().publishAll(drafts).getLast().receipt();
  }

  /** Waits until it is read; until then it may be given up. */
  private void awaitOwner(String subscription) {
    soon()
        .until(() ->
            operations().subscription(subscription).partitions().stream()
                .allMatch(partition -> partition.owner().isPresent()));
  }

  private static Subscription reading(String name, String pattern) {
    return Subscription.of(name, pattern).from(Start.earliest()).retry(QUICK);
  }

  private List<Event> announced() {
    List<TypePattern> types = TypePattern.all("system.subscription.given-up");
    return operations()
        .read(new ReadRequest(types, Optional.empty(), Start.earliest(), 10, Duration.ZERO))
        .events()
        .stream()
        .map(Located::event)
        .toList();
  }

  private List<Fact.Intended> acts() {
    List<Fact.Intended> acts = new ArrayList<>();
    new AuditTrail(operations())
        .each(
            Start.earliest(),
            located -> {
              if (AuditRecord.read(located.event()).orElseThrow().fact()
                  instanceof Fact.Intended act) {
                acts.add(act);
              }
            });
    return acts;
  }

  @Test
  default void whatNobodyReadsIsGivenUpWhereThatIsAskedForAndNamed() {
    subscribe(reading("watcher", "left.**"), new Recorder()).close();
    Receipt last = publish("left.x", "a", "b", "c");

    soon().until(() -> announced().size() == 1);

    assertThat(lagOf("watcher")).isZero();
    var given = announced().getFirst().data().tree();
    assertThat(given.path("subscription").asString()).isEqualTo("watcher");
    assertThat(given.path("partitions").get(0).path("stream").asString()).isEqualTo("left");
    assertThat(given.path("partitions").get(0).path("events").asLong()).isEqualTo(3);
    assertThat(given.path("partitions").get(0).path("upTo").asString())
        .isEqualTo(last.position().toString());
    assertThat(acts())
        .singleElement()
        .satisfies(act -> {
          assertThat(act.act()).isEqualTo("give-up");
          assertThat(act.target()).isEqualTo("watcher");
          assertThat(act.with().get("left/0")).endsWith(" > " + last.position());
        });
    Recorder anew = new Recorder();
    subscribe(reading("watcher", "left.**"), anew);
    awaitOwner("watcher");
    publish("left.x", "d");
    anew.awaitHandled("d");
    assertThat(anew.handledIds()).containsExactly("d");
  }

  @Test
  default void whatSomebodyHasAClaimOnIsNotGivenUpHoweverSlowHeIs() {
    CountDownLatch go = new CountDownLatch(1);
    Recorder slow = new Recorder().doing((delivery, progress) -> go.await());
    subscribe(reading("watcher", "left.**"), slow);
    awaitOwner("watcher");
    publish("left.x", "a", "b");

    staysFor(LONG_ENOUGH, () -> announced().isEmpty() && lagOf("watcher") == 2);

    go.countDown();
    slow.awaitHandled("a", "b");
  }

  @Test
  default void whatNobodyReadsIsKeptAndShownWhereNothingElseIsAskedFor() {
    subscribe(reading("watcher", "kept.**"), new Recorder()).close();
    publish("kept.x", "a");

    soon()
        .until(() ->
            operations().metrics().stream()
                .filter(metric -> metric.name().equals("rookery_unread_seconds"))
                .filter(metric -> metric.labels().equals(Map.of("subscription", "watcher")))
                .mapToDouble(Metric::value)
                .anyMatch(seconds -> seconds > 2));

    assertThat(announced()).isEmpty();
    assertThat(acts()).isEmpty();
    Recorder anew = new Recorder();
    subscribe(reading("watcher", "kept.**"), anew);
    anew.awaitHandled("a");
  }

  @Test
  default void whatAnOperatorPausedIsNotGivenUp() {
    subscribe(reading("watcher", "left.**"), new Recorder()).close();
    operations().pause("watcher");
    publish("left.x", "a");

    staysFor(LONG_ENOUGH, () -> announced().isEmpty() && lagOf("watcher") == 1);
  }
}

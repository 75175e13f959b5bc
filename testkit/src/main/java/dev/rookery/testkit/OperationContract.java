package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Draft;
import dev.rookery.InvalidInput;
import dev.rookery.LogFull;
import dev.rookery.NotFound;
import dev.rookery.Operations.DeliveryState;
import dev.rookery.Operations.EventReport;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.PartitionInfo;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Payload;
import dev.rookery.Receipt;
import dev.rookery.Start;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.TypePattern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What operators see and do. */
@Tag("P6")
public interface OperationContract extends BusUnderTest {

  @Test
  default void lagCountsExactlyWhatIsNotSettled() {
    CountDownLatch go = new CountDownLatch(1);
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              if (delivery.event().key().equals("slow")) {
                go.await();
              }
            });
    subscribe(listening("watcher"), recorder);
    say("slow-1", "slow");
    IntStream.range(0, 30).forEach(n -> say("quick-" + n, "quick"));
    say("slow-2", "slow");
    bus().publish(Draft.of("user.other"));

    soon().untilAsserted(() -> assertThat(lagOf("watcher")).isEqualTo(2));
    assertThat(recorder.handled()).hasSize(30);
    go.countDown();
    soon().untilAsserted(() -> assertThat(lagOf("watcher")).isZero());
    recorder.awaitHandled(32);
  }

  @Test
  default void lagIsKnownWithoutASubscriber() {
    subscribe(listening("watcher"), new Recorder()).close();
    say("a");
    say("b");

    soon().untilAsserted(() -> assertThat(lagOf("watcher")).isEqualTo(2));
    assertThat(operations().subscription("watcher").state()).isEqualTo("not running");
  }

  @Test
  default void aPausedSubscriptionHandlesNothingUntilItIsResumed() {
    Recorder recorder = new Recorder();
    subscribe(listening("watcher"), recorder);
    say("a");
    recorder.awaitHandled("a");

    operations().pause("watcher");
    soon()
        .until(() ->
            operations().subscription("watcher").partitions().stream()
                .allMatch(partition -> partition.owner().isEmpty()));
    say("b");
    Soon.staysFor(Duration.ofMillis(200), () -> recorder.begun().size() == 1);
    assertThat(operations().subscription("watcher").paused()).isTrue();
    assertThat(operations().subscription("watcher").state()).isEqualTo("paused");
    assertThat(lagOf("watcher")).isEqualTo(1);

    operations().resume("watcher");
    recorder.awaitHandled("a", "b");
    assertThat(operations().subscription("watcher").paused()).isFalse();
  }

  @Test
  default void aRemovedSubscriptionIsForgotten() {
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              throw new dev.rookery.EventRejected("no");
            });
    Subscriber former = subscribe(listening("watcher"), recorder);
    say("a");
    soon().until(() -> lettersOf("watcher").size() == 1);

    operations().remove("watcher");
    former.close();

    assertThat(operations().subscriptions()).isEmpty();
    assertThat(lettersOf("watcher")).isEmpty();
    say("b");
    Recorder anew = new Recorder();
    subscribe(fromTheBeginning("watcher"), anew);
    anew.awaitHandled("a", "b");
    assertThat(recorder.begunIds()).containsExactly("a");
  }

  @Test
  default void whatIsNotThereIsSaidByName() {
    assertThatThrownBy(() -> operations().pause("nobody")).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> operations().resume("nobody")).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> operations().remove("nobody")).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> operations().subscription("nobody")).isInstanceOf(NotFound.class);
    assertThat(operations().event("nothing")).isEmpty();
  }

  private static ReadRequest request(Start from, int limit) {
    return new ReadRequest(
        TypePattern.all("user.said"), Optional.empty(), from, limit, Duration.ZERO);
  }

  private static List<String> ids(Page page) {
    return page.events().stream().map(located -> located.event().id()).toList();
  }

  @Test
  default void theLogIsReadPageByPage() {
    IntStream.range(0, 25).forEach(n -> say("e" + n));
    bus().publish(Draft.of("user.other"));
    List<String> read = new ArrayList<>();

    Page page = operations().read(request(Start.earliest(), 10));
    read.addAll(ids(page));
    for (int i = 0; i < 10 && !page.end(); i++) {
      assertThat(page.events()).hasSizeLessThanOrEqualTo(10);
      page = operations().read(request(new Start.After(page.next()), 10));
      read.addAll(ids(page));
    }

    assertThat(page.end()).isTrue();
    assertThat(read).isEqualTo(IntStream.range(0, 25).mapToObj(n -> "e" + n).toList());
    say("later");
    assertThat(ids(operations().read(request(new Start.After(page.next()), 10))))
        .containsExactly("later");
  }

  @Test
  default void readingIsNarrowedByTypeAndCondition() {
    bus().publish(Draft.of("user.said", "{\"n\":1}").id("a"));
    bus().publish(Draft.of("user.said", "{\"n\":2}").id("b"));
    bus().publish(Draft.of("user.other", "{\"n\":2}").id("c"));

    ReadRequest narrow =
        new ReadRequest(
            TypePattern.all("user.said"),
            Optional.of("data.n > 1"),
            Start.earliest(),
            10,
            Duration.ZERO);
    ReadRequest all =
        new ReadRequest(List.of(), Optional.empty(), Start.earliest(), 10, Duration.ZERO);

    assertThat(ids(operations().read(narrow))).containsExactly("b");
    assertThat(ids(operations().read(all))).containsExactlyInAnyOrder("a", "b", "c");
    assertThatThrownBy(() ->
            operations()
                .read(
                    new ReadRequest(
                        List.of(), Optional.of("("), Start.earliest(), 10, Duration.ZERO)))
        .isInstanceOf(InvalidInput.class);
  }

  @Test
  default void readingWaitsForWhatIsNotThereYet() {
    Start here = new Start.After(operations().latest());
    ReadRequest patient =
        new ReadRequest(
            TypePattern.all("user.said"), Optional.empty(), here, 10, Duration.ofSeconds(20));
    Thread publisher = Thread.ofPlatform().start(() -> say("late"));

    Page page = operations().read(patient);

    assertThat(ids(page)).containsExactly("late");
    assertThat(publisher.isDaemon()).isFalse();
    ReadRequest impatient =
        new ReadRequest(
            TypePattern.all("user.said"),
            Optional.empty(),
            new Start.After(page.next()),
            10,
            Duration.ofMillis(50));
    assertThat(operations().read(impatient).events()).isEmpty();
  }

  @Test
  default void anEventsReportSaysWhatBecameOfItEverywhere() {
    CountDownLatch go = new CountDownLatch(1);
    subscribe(listening("handles"), new Recorder());
    subscribe(listening("waits"), new Recorder().doing((delivery, progress) -> go.await()));
    subscribe(Subscription.of("ignores", "user.other"), new Recorder());
    subscribe(
        listening("rejects"),
        new Recorder()
            .doing((delivery, progress) -> {
              throw new dev.rookery.EventRejected("no");
            }));

    Receipt receipt = say("a");

    soon()
        .untilAsserted(() -> {
          EventReport report = operations().event("a").getFirst();
          assertThat(report.located()).extracting(Located::position).isEqualTo(receipt.position());
          assertThat(report.deliveries())
              .extracting(DeliveryState::subscription, DeliveryState::state)
              .containsExactlyInAnyOrder(
                  org.assertj.core.api.Assertions.tuple("handles", "handled"),
                  org.assertj.core.api.Assertions.tuple("waits", "unread"),
                  org.assertj.core.api.Assertions.tuple("ignores", "not matched"),
                  org.assertj.core.api.Assertions.tuple("rejects", "dead"));
        });
    go.countDown();
  }

  @Test
  default void streamsSayWhatTheyHold() {
    Receipt first = say("a");
    Receipt last = say("b");

    PartitionInfo user = kept("user");

    assertThat(user.events()).isEqualTo(2);
    assertThat(user.bytes()).isPositive();
    assertThat(user.first()).contains(first.position());
    assertThat(user.last()).contains(last.position());
    assertThat(operations().streams()).hasSize(config().partitions().size());
    assertThat(operations().health().ready()).isTrue();
  }

  @Test
  default void aFullStreamRefusesUntilItsReadersArePast() {
    CountDownLatch go = new CountDownLatch(1);
    Recorder recorder = new Recorder().doing((delivery, progress) -> go.await());
    subscribe(Subscription.of("reader", "small.**").from(Start.earliest()), recorder);
    List<String> stored = new ArrayList<>();

    assertThatThrownBy(
            () -> {
              for (int n = 0; n < 1_000; n++) {
                bus().publish(small("e" + n));
                stored.add("e" + n);
              }
            })
        .isInstanceOf(LogFull.class);

    assertThat(stored.size()).isBetween(20, 200);
    go.countDown();
    recorder.awaitHandled(stored.size());
    assertThat(recorder.handledIds()).isEqualTo(stored);
    soon()
        .ignoreExceptionsInstanceOf(LogFull.class)
        .until(() -> !bus().publish(small("more")).duplicate());
    recorder.awaitHandled(stored.size() + 1);
  }

  @Test
  default void whereAStreamWaitsForRoomAFullOneTakesWhatComesOnceItsReaderIsPast() {
    CountDownLatch go = new CountDownLatch(1);
    Recorder recorder = new Recorder().doing((delivery, progress) -> go.await());
    subscribe(Subscription.of("reader", "patient.**").from(Start.earliest()), recorder);
    List<String> ids = IntStream.range(0, 200).mapToObj(n -> "e" + n).toList();

    Thread publisher =
        Thread.ofVirtual().start(() -> ids.forEach(id -> bus().publish(large("patient.x", id))));
    soon().until(() -> kept("patient").bytes() >= BusContract.SMALL_BYTES);
    go.countDown();

    recorder.awaitHandled(ids.size());
    assertThat(recorder.handledIds()).isEqualTo(ids);
    soon().until(() -> !publisher.isAlive());
  }

  private PartitionInfo kept(String stream) {
    return operations().streams().stream()
        .filter(info -> info.partition().stream().equals(stream))
        .findFirst()
        .orElseThrow();
  }

  private static Draft small(String id) {
    return large("small.x", id);
  }

  private static Draft large(String type, String id) {
    return Draft.of(type, Payload.json("\"" + "x".repeat(1_000) + "\"")).id(id).key("k");
  }

  @Test
  default void whatNobodyHasToReadMakesRoom() {
    for (int n = 0; n < 500; n++) {
      bus().publish(small("e" + n));
    }

    PartitionInfo kept = kept("small");
    assertThat(kept.bytes()).isLessThan(BusContract.SMALL_BYTES * 2);
    assertThat(kept.events()).isBetween(10L, 300L);
    assertThat(operations().event("e499")).hasSize(1);
  }
}

package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Delivery;
import dev.rookery.Draft;
import dev.rookery.InvalidInput;
import dev.rookery.Receipt;
import dev.rookery.Start;
import dev.rookery.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What handing out promises, as long as handlers do well. */
@Tag("P3")
public interface DeliveryContract extends BusUnderTest {

  @Test
  default void everySubscriptionGetsEveryEventItMatches() {
    Recorder first = new Recorder();
    Recorder second = new Recorder();
    subscribe(listening("first"), first);
    subscribe(listening("second"), second);

    IntStream.range(0, 100).forEach(n -> say("e" + n, "k" + n % 7));

    first.awaitHandled(100);
    second.awaitHandled(100);
    assertThat(first.handledIds()).doesNotHaveDuplicates();
    soon().until(() -> lagOf("first") == 0 && lagOf("second") == 0);
  }

  @Test
  default void eventsThatFillAReadAreHandledToTheLast() {
    Recorder recorder = new Recorder();
    String data = "\"" + "x".repeat(100_000) + "\"";
    IntStream.range(0, 30).forEach(n -> bus().publish(Draft.of("user.large", data).id("e" + n)));

    subscribe(Subscription.of("late", "user.large").from(Start.earliest()), recorder);

    recorder.awaitHandled(30);
  }

  @Test
  default void aDeliverySaysWhatIsHandled() {
    Recorder recorder = new Recorder();
    subscribe(listening("watcher"), recorder);

    Receipt receipt = say("a");

    recorder.awaitHandled("a");
    Delivery delivery = recorder.handled().getFirst();
    assertThat(delivery.subscription()).isEqualTo("watcher");
    assertThat(delivery.partition().toString()).isEqualTo("user/0");
    assertThat(delivery.position()).isEqualTo(receipt.position());
    assertThat(delivery.attempt()).isEqualTo(1);
    assertThat(delivery.epoch()).isPositive();
    assertThat(delivery.replay()).isFalse();
    assertThat(delivery.redriven()).isFalse();
    assertThat(delivery.event()).isEqualTo(operations().event("a").getFirst().located().event());
  }

  @Test
  default void aTypeNeverSeenBeforeIsMatchedAtOnce() {
    Recorder recorder = new Recorder();
    subscribe(Subscription.of("all", "**"), recorder);

    bus().publish(Draft.of("never.seen.before").id("a"));
    bus().publish(Draft.of("user.never-seen").id("b"));
    bus().publish(Draft.of("wide.NeverSeen").id("c"));

    soon()
        .untilAsserted(
            () -> assertThat(recorder.handledIds()).containsExactlyInAnyOrder("a", "b", "c"));
  }

  @Test
  default void patternsDecideWhatIsHandled() {
    Recorder one = new Recorder();
    Recorder tail = new Recorder();
    subscribe(Subscription.of("one", "user.*.sent", "user.exact"), one);
    subscribe(Subscription.of("tail", "user.chat.**"), tail);

    for (String type :
        List.of("user.a.sent", "user.a.b.sent", "user.exact", "user.chat", "user.chat.x.y")) {
      bus().publish(Draft.of(type).id(type).key("k"));
    }
    bus().publish(Draft.of("user.chat.sent").id("last").key("k"));

    one.awaitHandled("user.a.sent", "user.exact", "last");
    tail.awaitHandled("user.chat.x.y", "last");
  }

  @Test
  default void aTypeIsMatchedUnderAllItsNames() {
    Recorder recorder = new Recorder();
    subscribe(Subscription.of("watcher", "user.message.*"), recorder);

    bus().publish(Draft.of("message.received").id("a").key("k"));
    bus().publish(Draft.of("user.message.received").id("b").key("k"));

    recorder.awaitHandled("a", "b");
    assertThat(recorder.handled().getFirst().event().type()).isEqualTo("message.received");
  }

  @Test
  default void aConditionDecidesWhatIsHandled() {
    Recorder recorder = new Recorder();
    subscribe(listening("rich").where("data.amount > 10 && source != 'bot-2'"), recorder);

    List<String> data =
        List.of("{\"amount\":11}", "{\"amount\":10}", "{}", "{\"amount\":\"x\"}", "[]");
    for (int i = 0; i < data.size(); i++) {
      bus().publish(Draft.of("user.said", data.get(i)).id("d" + i).key("k"));
    }
    bus().publish(Draft.of("user.said", "{\"amount\":12}").id("bot").source("bot-2").key("k"));
    bus().publish(Draft.of("user.said", "{\"amount\":12.5}").id("last").key("k"));

    recorder.awaitHandled("d0", "last");
    soon().until(() -> lagOf("rich") == 0);
  }

  @Test
  default void whatIsNoConditionIsRefused() {
    assertThatThrownBy(() -> subscribe(listening("bad").where("data.amount >"), new Recorder()))
        .isInstanceOf(InvalidInput.class);
    assertThat(operations().subscriptions()).isEmpty();
  }

  @Test
  default void eventsOfAKeyAreHandledInTheOrderOfTheirReceipts() {
    Recorder recorder = new Recorder();
    subscribe(listening("watcher"), recorder);
    int keys = 5;

    List<List<Receipt>> receipts =
        Together.run(
            keys,
            key -> IntStream.range(0, 60).mapToObj(n -> say(key + "/" + n, "key-" + key)).toList());

    recorder.awaitHandled(keys * 60);
    for (int key = 0; key < keys; key++) {
      assertThat(recorder.handledIds("key-" + key))
          .containsExactlyElementsOf(receipts.get(key).stream().map(Receipt::id).toList());
    }
  }

  @Test
  default void eventsOfOneKeyNeverRunTogether() {
    AtomicInteger running = new AtomicInteger();
    AtomicBoolean together = new AtomicBoolean();
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              together.compareAndSet(false, running.incrementAndGet() > 1);
              Thread.onSpinWait();
              running.decrementAndGet();
            });
    subscribe(listening("watcher"), recorder);

    bus().publishAll(IntStream.range(0, 200).mapToObj(n -> said("e" + n, "one")).toList());

    recorder.awaitHandled(200);
    assertThat(together).isFalse();
  }

  @Test
  default void keysAreHandledSideBySide() {
    CyclicBarrier all = new CyclicBarrier(20);
    Recorder recorder =
        new Recorder().doing((delivery, progress) -> all.await(30, TimeUnit.SECONDS));
    subscribe(listening("watcher").concurrency(20), recorder);

    IntStream.range(0, 20).forEach(n -> say("e" + n, "key-" + n));

    recorder.awaitHandled(20);
  }

  @Test
  default void noMoreHandlersRunThanTheSubscriptionAllows() throws InterruptedException {
    AtomicInteger running = new AtomicInteger();
    CountDownLatch go = new CountDownLatch(1);
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              running.incrementAndGet();
              go.await();
              running.decrementAndGet();
            });
    subscribe(listening("watcher").concurrency(3), recorder);

    IntStream.range(0, 30).forEach(n -> say("e" + n, "key-" + n));

    soon().until(() -> running.get() == 3);
    Soon.staysFor(Duration.ofMillis(200), () -> running.get() == 3);
    go.countDown();
    recorder.awaitHandled(30);
  }

  @Test
  default void neverMoreThanTheWindowIsUnderWay() {
    CountDownLatch go = new CountDownLatch(1);
    Recorder recorder = new Recorder().doing((delivery, progress) -> go.await());
    subscribe(listening("watcher").concurrency(100).window(5), recorder);

    bus().publishAll(IntStream.range(0, 300).mapToObj(n -> said("e" + n, "key-" + n)).toList());

    recorder.awaitBegun(5);
    Soon.staysFor(Duration.ofMillis(200), () -> recorder.begun().size() == 5);
    assertThat(lagOf("watcher")).isEqualTo(300);
    go.countDown();
    recorder.awaitHandled(300);
  }

  @Test
  default void aSlowSubscriptionDoesNotSlowAnother() {
    CountDownLatch go = new CountDownLatch(1);
    Recorder slow = new Recorder().doing((delivery, progress) -> go.await());
    Recorder quick = new Recorder();
    subscribe(listening("slow").window(1).deadline(Duration.ofMinutes(5)), slow);
    subscribe(listening("quick"), quick);

    for (int batch = 0; batch < 10; batch++) {
      int first = batch * 500;
      bus()
          .publishAll(
              IntStream.range(first, first + 500)
                  .mapToObj(n -> said("e" + n, "k" + n % 9))
                  .toList());
    }

    quick.awaitHandled(5_000);
    assertThat(slow.begun()).hasSize(1);
    go.countDown();
    soon().until(() -> slow.handled().size() > 300);
  }

  @Test
  default void anEventThatExpiresWhileItWaitsForItsTurnIsNotHandled() {
    Instant expiry = Instant.now().plusSeconds(2);
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              if (delivery.event().id().equals("long")) {
                soon().until(() -> Instant.now().isAfter(expiry));
              }
            });
    subscribe(listening("watcher").concurrency(1), recorder);
    bus().publish(said("long", "j"));
    recorder.awaitBegun(1);
    bus().publish(said("expired", "k").expires(expiry));
    bus().publish(said("last", "l"));

    recorder.awaitHandled("long", "last");
  }

  @Test
  default void anExpiredEventIsNeverHandled() {
    Recorder recorder = new Recorder();
    subscribe(listening("watcher"), recorder);

    bus().publish(said("expired", "k").expires(Instant.now().minusSeconds(60)));
    bus().publish(said("fresh", "k").expires(Instant.now().plusSeconds(3_600)));

    recorder.awaitHandled("fresh");
    soon().until(() -> lagOf("watcher") == 0);
    assertThat(lettersOf("watcher")).isEmpty();
  }

  @Test
  default void anOlderVersionIsHandledAsThePresentOne() {
    Recorder recorder = new Recorder();
    subscribe(Subscription.of("watcher", "user.grown"), recorder);

    bus().publish(Draft.of("user.grown", "{\"old\":1}").version(1).id("a").key("k"));
    bus().publish(Draft.of("user.grown", "{\"old\":1}").id("b").key("k"));

    recorder.awaitHandled("a", "b");
    assertThat(recorder.handled().get(0).event().version()).isEqualTo(2);
    assertThat(recorder.handled().get(0).event().data().tree().path("new").asInt()).isEqualTo(2);
    assertThat(recorder.handled().get(1).event().data().text()).isEqualTo("{\"old\":1}");
  }

  @Test
  default void everyPartitionIsReadAndEachKeyKeepsItsOrder() {
    Recorder recorder = new Recorder();
    subscribe(Subscription.of("watcher", "wide.**").from(Start.earliest()), recorder);
    Map<String, List<String>> published = new HashMap<>();

    for (int n = 0; n < 400; n++) {
      String key = "key-" + n % 16;
      bus().publish(Draft.of("wide.x").id("e" + n).key(key));
      published.computeIfAbsent(key, k -> new ArrayList<>()).add("e" + n);
    }

    recorder.awaitHandled(400);
    published.forEach((key, ids) -> assertThat(recorder.handledIds(key)).isEqualTo(ids));
  }

  @Test
  default void controlEventsDoNotWaitBehindTraffic() {
    CountDownLatch go = new CountDownLatch(1);
    Recorder recorder =
        new Recorder()
            .doing((delivery, progress) -> {
              if (delivery.event().type().startsWith("user.")) {
                go.await();
              }
            });
    subscribe(Subscription.of("watcher", "user.**", "system.**").window(2), recorder);
    bus().publishAll(IntStream.range(0, 100).mapToObj(n -> said("e" + n, "key-" + n)).toList());
    recorder.awaitBegun(2);

    bus().publish(Draft.of("system.alarm").id("alarm"));

    recorder.awaitHandled("alarm");
    go.countDown();
    recorder.awaitHandled(101);
  }
}

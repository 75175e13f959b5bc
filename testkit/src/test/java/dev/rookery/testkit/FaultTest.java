package dev.rookery.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.RetryPolicy;
import dev.rookery.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

@BusTest
class FaultTest {
  private static final Subscription BOT =
      Subscription.of("bot", "user.said")
          .retry(new RetryPolicy(5, Duration.ofHours(1), Duration.ofHours(1)));

  private final List<String> effects = new CopyOnWriteArrayList<>();

  private void run(TestBus bus, String... ids) {
    bus.subscribe(
        BOT,
        event -> {
          effects.add(event.id());
          bus.publish(Draft.of("bot.answered", "{}"));
        });
    for (String id : ids) {
      bus.publish(Draft.of("user.said", "{}").id(id).key("k"));
    }
    bus.awaitIdle();
  }

  @BusTest
  void aDuplicateIsHandledTwiceAndSaysThingsOnce(TestBus bus) {
    bus.fault("bot").event("e-2").duplicate();
    run(bus, "e-1", "e-2", "e-3");
    assertThat(effects).containsExactly("e-1", "e-2", "e-2", "e-3");
    assertThat(bus.attempts("bot"))
        .extracting(attempt -> attempt.delivery().attempt())
        .containsOnly(1);
    assertThat(bus.published("bot.answered")).hasSize(3);
  }

  @BusTest
  void aDroppedSettlementBringsTheEventAgainAfterItsDeadline(TestBus bus) {
    bus.fault("bot").event("e-1").dropSettlement();
    run(bus, "e-1", "e-2");
    assertThat(effects).containsExactly("e-1", "e-1", "e-2");
    assertThat(bus.attempts("bot"))
        .extracting(attempt -> attempt.delivery().attempt())
        .containsExactly(1, 2, 1);
    assertThat(Duration.between(TestBus.BEGINNING, bus.attempts("bot").get(1).begun()))
        .isGreaterThanOrEqualTo(BOT.deadline());
  }

  @BusTest
  void aCrashBeforeTheEffectLeavesNone(TestBus bus) {
    bus.fault("bot").event("e-2").crashBeforeEffect();
    run(bus, "e-1", "e-2", "e-3");
    assertThat(effects).containsSubsequence("e-1", "e-2", "e-3");
    assertThat(effects.stream().filter("e-2"::equals)).hasSize(1);
    assertThat(bus.attempts("bot").getLast().delivery().epoch())
        .isGreaterThan(bus.attempts("bot").getFirst().delivery().epoch());
  }

  @BusTest
  void aCrashAfterTheEffectRepeatsIt(TestBus bus) {
    bus.fault("bot").event("e-2").crashAfterEffect();
    run(bus, "e-1", "e-2", "e-3");
    assertThat(effects.stream().filter("e-2"::equals)).hasSize(2);
    assertThat(effects).endsWith("e-2", "e-3");
    assertThat(bus.published("bot.answered")).hasSize(3);
  }

  @BusTest
  void aCrashBeforeTheSaveRepeatsAllThatWasHandledSince(TestBus bus) {
    bus.fault("bot").event("e-1").crashBeforeSave();
    run(bus, "e-1", "e-2", "e-3");
    assertThat(effects).containsExactly("e-1", "e-2", "e-3", "e-1", "e-2", "e-3");
    assertThat(bus.published("bot.answered")).hasSize(3);
  }

  @BusTest
  void everyCrashOfManyLosesNothingAndKeepsTheOrder(TestBus bus) {
    String[] ids = IntStream.range(0, 40).mapToObj(i -> "e-" + i).toArray(String[]::new);
    bus.fault("bot").times(4).crashAfterEffect();
    bus.fault("bot").event("e-9").crashBeforeSave();
    bus.fault("bot").event("e-20").times(2).crashBeforeEffect();
    run(bus, ids);
    assertThat(effects.stream().distinct()).containsExactly(ids);
    assertThat(bus.deadLetters("bot")).isEmpty();
  }

  @BusTest
  void anEventThatKillsItsProcessEachTimeIsGivenUp(TestBus bus) {
    bus.fault("bot").event("e-2").times(6).crashBeforeEffect();
    run(bus, "e-1", "e-2", "e-3");
    assertThat(bus.deadLetters("bot"))
        .extracting(letter -> letter.event().orElseThrow().id())
        .containsExactly("e-2");
    assertThat(effects).endsWith("e-3").doesNotContain("e-2");
  }

  /** The order of the ids of some keys' events, as a seed shuffles them. */
  private static List<String> shuffled(long seed) {
    List<String> order = new CopyOnWriteArrayList<>();
    try (TestBus bus = TestBus.open(seed)) {
      bus.fault("bot").reorder();
      bus.subscribe(BOT, event -> order.add(event.key() + event.id()));
      for (int i = 0; i < 40; i++) {
        bus.publish(Draft.of("user.said", "{}").id("-" + (i + 10)).key("k" + i % 8));
      }
      bus.awaitIdle();
      assertThat(bus.faultsToCome()).isEmpty();
    }
    return order;
  }

  @BusTest
  void keysAreReorderedByTheSeedAndEventsOfAKeyAreNot() {
    List<String> one = shuffled(1);
    assertThat(shuffled(1)).isEqualTo(one);
    assertThat(shuffled(2)).isNotEqualTo(one).hasSameElementsAs(one);
    for (int key = 0; key < 8; key++) {
      String prefix = "k" + key;
      List<String> its = one.stream().filter(id -> id.startsWith(prefix)).toList();
      assertThat(its).hasSize(5).isSorted();
    }
    assertThat(one.stream().map(id -> id.substring(2)).toList()).isNotEqualTo(sorted(one));
  }

  private static List<String> sorted(List<String> ids) {
    List<String> sorted = new ArrayList<>(ids.stream().map(id -> id.substring(2)).toList());
    sorted.sort(null);
    return sorted;
  }

  @BusTest
  void aFaultThatDidNotComeAboutIsNamed() {
    try (TestBus bus = TestBus.open(1)) {
      bus.fault("bot").type("user.*").key("k").attempt(2).dropSettlement();
      run(bus, "e-1");
      assertThat(bus.faultsToCome())
          .containsExactly("drop the settlement: subscription bot, type user.*, key k, attempt 2");
    }
  }

  @BusTest
  void faultsHitTheirSubscriptionOnly(TestBus bus) {
    List<Event> others = new CopyOnWriteArrayList<>();
    bus.subscribe(Subscription.of("other", "user.said"), others::add);
    bus.fault("bot").duplicate();
    run(bus, "e-1");
    assertThat(others).hasSize(1);
    assertThat(effects).hasSize(2);
  }
}

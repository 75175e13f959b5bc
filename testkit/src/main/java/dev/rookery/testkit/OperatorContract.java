package dev.rookery.testkit;

import static dev.rookery.testkit.BusSamples.TYPE;
import static dev.rookery.testkit.BusSamples.awaitLag;
import static dev.rookery.testkit.BusSamples.awaitRunning;
import static dev.rookery.testkit.BusSamples.deadLetters;
import static dev.rookery.testkit.BusSamples.draft;
import static dev.rookery.testkit.BusSamples.expected;
import static dev.rookery.testkit.BusSamples.info;
import static dev.rookery.testkit.BusSamples.number;
import static dev.rookery.testkit.BusSamples.subscription;
import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.BusConfig;
import dev.rookery.Catalogue;
import dev.rookery.DeadLetter;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.EventRejected;
import dev.rookery.EventType;
import dev.rookery.EventTypeInfo;
import dev.rookery.InvalidEvent;
import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.LogFull;
import dev.rookery.NotFound;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Operations.DeliveryState;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Start;
import dev.rookery.StreamConfig;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.TypePattern;
import dev.rookery.testkit.BusSamples.Handled;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** What operators are promised: dead letters, places, pausing, the catalogue, reading. */
interface OperatorContract extends BusUnderTest {
  @Test
  default void anEventBecomesADeadLetterAfterItsLastAttemptAndItsKeyGoesOn() throws Exception {
    EventBus bus = bus();
    Handled record = new Handled(event -> failOn(event, 1));
    bus.subscribe(subscription("s"), record);
    for (int i = 0; i < 3; i++) {
      bus.publish(draft("a", i));
    }
    awaitLag(bus, "s", 0);
    assertThat(record.seen).containsExactly("a:0", "a:1", "a:1", "a:1", "a:2");
    DeadLetter letter = bus.operations().deadLetters(DeadLetterFilter.ALL).getFirst();
    assertThat(letter.subscription()).isEqualTo("s");
    assertThat(letter.reason()).isEqualTo(DeadLetter.Reason.EXHAUSTED);
    assertThat(letter.attempts()).isEqualTo(3);
    assertThat(letter.failures())
        .hasSize(3)
        .allSatisfy(failure -> assertThat(failure.error()).contains("poison"));
    assertThat(letter.event().orElseThrow().data().text()).isEqualTo("{\"n\":1}");
    assertThat(info(bus, "s").deadLetters()).isEqualTo(1);
  }

  private static void failOn(dev.rookery.Event event, int poison) {
    if (number(event) == poison) {
      throw new IllegalStateException("poison");
    }
  }

  @Test
  default void whatAHandlerNeverAcceptsIsADeadLetterAtOnce() throws Exception {
    EventBus bus = bus();
    Handled record =
        new Handled(event -> {
          throw new EventRejected("not for me");
        });
    bus.subscribe(subscription("s"), record);
    bus.publish(draft("a", 1));
    soon().until(() -> deadLetters(bus) == 1);
    assertThat(record.seen).containsExactly("a:1");
    assertThat(bus.operations().deadLetters(DeadLetterFilter.ALL).getFirst().reason())
        .isEqualTo(DeadLetter.Reason.REJECTED);
  }

  @Test
  default void aRedrivenDeadLetterIsHandledAgainWithItsAttemptsCountedAnewAndSaysSo()
      throws Exception {
    EventBus bus = bus();
    AtomicBoolean mended = new AtomicBoolean();
    List<String> deliveries = new CopyOnWriteArrayList<>();
    bus.subscribe(
        subscription("s"),
        EventHandler.ofDeliveries((delivery, progress) -> {
          deliveries.add(delivery.attempt() + " " + delivery.redriven());
          if (!mended.get()) {
            throw new IllegalStateException("not yet");
          }
        }));
    bus.publish(draft("a", 1));
    soon().until(() -> deadLetters(bus) == 1);
    mended.set(true);
    assertThat(bus.operations().redrive(DeadLetterFilter.ALL.of("s"))).isEqualTo(1);
    soon().until(() -> deadLetters(bus) == 0);
    assertThat(deliveries).containsExactly("1 false", "2 false", "3 false", "1 true");
  }

  @Test
  default void aRedrivenDeadLetterThatFailsAgainIsADeadLetterAgain() throws Exception {
    EventBus bus = bus();
    Handled record = new Handled(event -> failOn(event, 1));
    bus.subscribe(subscription("s"), record);
    bus.publish(draft("a", 1));
    soon().until(() -> deadLetters(bus) == 1);
    bus.operations().redrive(DeadLetterFilter.ALL);
    soon().until(() -> record.seen.size() == 6);
    soon()
        .until(() ->
            bus.operations().deadLetters(DeadLetterFilter.ALL).stream()
                .allMatch(l -> l.state() == DeadLetter.State.WAITING));
    assertThat(deadLetters(bus)).isEqualTo(1);
  }

  @Test
  default void aDiscardedDeadLetterIsGone() throws Exception {
    EventBus bus = bus();
    Handled record = new Handled(event -> failOn(event, 1));
    bus.subscribe(subscription("s"), record);
    bus.publish(draft("a", 1));
    soon().until(() -> deadLetters(bus) == 1);
    String id = bus.operations().deadLetters(DeadLetterFilter.ALL).getFirst().id();
    assertThat(bus.operations().discard(DeadLetterFilter.ALL.ids(id))).isEqualTo(1);
    assertThat(deadLetters(bus)).isZero();
    assertThat(bus.operations().redrive(DeadLetterFilter.ALL.ids(id))).isZero();
  }

  @Test
  default void aHeldKeyWaitsBehindItsDeadLetterAndRedriveGoesOnInOrder() throws Exception {
    EventBus bus = bus();
    AtomicBoolean mended = new AtomicBoolean();
    Handled record = held(bus, mended);
    mended.set(true);
    bus.operations().redrive(DeadLetterFilter.ALL.of("s"));
    awaitLag(bus, "s", 0);
    assertThat(record.of("a").stream().distinct().toList()).isEqualTo(expected("a", 6));
    bus.publish(draft("a", 6));
    soon().until(() -> record.of("a").contains("a:6"));
    assertThat(deadLetters(bus)).isZero();
  }

  @Test
  default void aHeldKeyGoesOnInOrderWhenItsDeadLetterIsDiscarded() throws Exception {
    EventBus bus = bus();
    Handled record = held(bus, new AtomicBoolean());
    List<DeadLetter> letters = bus.operations().deadLetters(DeadLetterFilter.ALL);
    String first =
        letters.stream()
            .filter(l -> l.reason() == DeadLetter.Reason.EXHAUSTED)
            .findFirst()
            .orElseThrow()
            .id();
    bus.operations().discard(DeadLetterFilter.ALL.ids(first));
    awaitLag(bus, "s", 0);
    assertThat(record.of("a").stream().distinct().toList()).isEqualTo(expected("a", 6));
    assertThat(deadLetters(bus)).isZero();
  }

  /** Key {@code a} is held behind its event 2, with 3 to 5 behind it; key {@code b} went on. */
  private static Handled held(EventBus bus, AtomicBoolean mended) {
    Handled record =
        new Handled(event -> {
          if (event.key().equals("a") && !mended.get()) {
            failOn(event, 2);
          }
        });
    bus.subscribe(subscription("s").exhausted(Subscription.Exhausted.HOLD), record);
    for (int i = 0; i < 6; i++) {
      bus.publish(draft("a", i));
      bus.publish(draft("b", i));
    }
    soon().until(() -> record.of("b").size() == 6 && deadLetters(bus) == 4);
    assertThat(record.of("a").stream().distinct()).containsExactly("a:0", "a:1", "a:2");
    soon().until(() -> info(bus, "s").lagEvents() == 3);
    return record;
  }

  @Test
  default void subscriptionsStartWhereTheySay() throws Exception {
    EventBus bus = bus();
    bus.publish(draft("a", 0));
    var second = bus.publish(draft("a", 1));
    Instant stored = Instant.now();
    soon().until(() -> Instant.now().isAfter(stored.plusMillis(5)));
    Instant between = stored.plusMillis(3);
    bus.publish(draft("a", 2));
    Handled earliest = new Handled();
    Handled latest = new Handled();
    Handled time = new Handled();
    Handled position = new Handled();
    bus.subscribe(subscription("earliest").from(Start.earliest()), earliest);
    bus.subscribe(subscription("latest").from(Start.latest()), latest);
    bus.subscribe(subscription("time").from(new Start.At(between)), time);
    bus.subscribe(
        subscription("position").from(Start.parse(second.position().toString())), position);
    bus.publish(draft("a", 3));
    soon()
        .untilAsserted(() -> assertThat(earliest.seen).containsExactly("a:0", "a:1", "a:2", "a:3"));
    soon().untilAsserted(() -> assertThat(latest.seen).containsExactly("a:3"));
    soon().untilAsserted(() -> assertThat(time.seen).containsExactly("a:2", "a:3"));
    soon().untilAsserted(() -> assertThat(position.seen).containsExactly("a:2", "a:3"));
  }

  @Test
  default void aSubscriptionGoesOnWhereItWas() throws Exception {
    EventBus bus = bus();
    Handled first = new Handled();
    Subscriber subscriber = bus.subscribe(subscription("s"), first);
    bus.publish(draft("a", 0));
    awaitLag(bus, "s", 0);
    subscriber.close();
    bus.publish(draft("a", 1));
    assertThat(info(bus, "s").lagEvents()).isEqualTo(1);
    assertThat(info(bus, "s").state()).isEqualTo("not running");
    Handled second = new Handled();
    bus.subscribe(subscription("s"), second);
    soon().untilAsserted(() -> assertThat(second.seen).containsExactly("a:1"));
    assertThat(first.seen).containsExactly("a:0");
  }

  @Test
  default void aRewoundSubscriptionIsHandedEverythingAgainFromThere() throws Exception {
    EventBus bus = bus();
    Handled record = new Handled();
    bus.subscribe(subscription("s"), record);
    for (int i = 0; i < 5; i++) {
      bus.publish(draft("a", i));
    }
    awaitLag(bus, "s", 0);
    var plan = bus.operations().rewind("s", Start.earliest(), true);
    assertThat(plan).hasSize(1).first().satisfies(move -> assertThat(move.events()).isEqualTo(5));
    assertThat(record.seen).hasSize(5);
    bus.operations().rewind("s", Start.earliest(), false);
    soon().untilAsserted(() -> assertThat(record.seen).hasSize(10));
    assertThat(record.seen.subList(5, 10)).isEqualTo(expected("a", 5));
  }

  @Test
  default void aReplayHandsOutThePastSaysSoAndEnds() throws Exception {
    EventBus bus = bus();
    for (int i = 0; i < 5; i++) {
      bus.publish(draft("a", i));
    }
    List<String> seen = new CopyOnWriteArrayList<>();
    Subscription past =
        subscription("past").from(Start.earliest()).replayUntil(bus.operations().latest());
    bus.publish(draft("a", 5));
    Subscriber replay =
        bus.subscribe(
            past,
            EventHandler.ofDeliveries((delivery, progress) ->
                seen.add(number(delivery.event()) + " " + delivery.replay())));
    assertThat(replay.awaitEnd(Duration.ofSeconds(10))).isTrue();
    assertThat(seen).containsExactly("0 true", "1 true", "2 true", "3 true", "4 true");
    soon().until(() -> bus.operations().subscriptions().isEmpty());
    assertThat(replay.state()).isEqualTo("ended");
  }

  @Test
  default void aPausedSubscriptionIsHandedNothingUntilItIsResumed() throws Exception {
    EventBus bus = bus();
    Handled record = new Handled();
    Subscriber subscriber = bus.subscribe(subscription("s"), record);
    awaitRunning(subscriber);
    bus.operations().pause("s");
    soon().until(() -> info(bus, "s").partitions().stream().noneMatch(p -> p.owner().isPresent()));
    bus.publish(draft("a", 1));
    assertThat(info(bus, "s").state()).isEqualTo("paused");
    assertThat(info(bus, "s").lagEvents()).isEqualTo(1);
    assertThat(record.seen).isEmpty();
    bus.operations().resume("s");
    soon().untilAsserted(() -> assertThat(record.seen).containsExactly("a:1"));
  }

  @Test
  default void aRemovedSubscriptionIsForgottenWithItsDeadLetters() throws Exception {
    EventBus bus = bus();
    Subscriber subscriber =
        bus.subscribe(subscription("s"), new Handled(event -> failOn(event, 1)));
    bus.publish(draft("a", 1));
    soon().until(() -> deadLetters(bus) == 1);
    bus.operations().remove("s");
    assertThat(bus.operations().subscriptions()).isEmpty();
    assertThat(deadLetters(bus)).isZero();
    soon().until(() -> !subscriber.state().equals("running"));
    assertThatThrownBy(() -> bus.operations().pause("s")).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> bus.operations().remove("s")).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> bus.operations().subscription("s")).isInstanceOf(NotFound.class);
  }

  @Test
  default void aChangedDefinitionAppliesFromTheFloorOn() throws Exception {
    EventBus bus = bus();
    Handled record = new Handled();
    Subscriber first = bus.subscribe(subscription("s"), record);
    bus.publish(draft("a", 0));
    awaitLag(bus, "s", 0);
    first.close();
    bus.subscribe(Subscription.of("s", "user.other"), record);
    bus.publish(draft("a", 1));
    bus.publish(Draft.of("user.other", "{\"n\":2}").key("a"));
    soon().untilAsserted(() -> assertThat(record.seen).containsExactly("a:0", "a:2"));
    awaitLag(bus, "s", 0);
    assertThat(info(bus, "s").definition().patterns()).isEqualTo(TypePattern.all("user.other"));
  }

  @Test
  default void conditionsChooseAndAMissingFieldIsFalse() throws Exception {
    EventBus bus = bus();
    Handled record = new Handled();
    bus.subscribe(subscription("s").where("data.n > 10 && source != 'bot-2'"), record);
    bus.publish(draft("a", 5));
    bus.publish(draft("a", 15));
    bus.publish(draft("a", 25).source("bot-2"));
    bus.publish(Draft.of(TYPE, "{\"m\":99}").key("a"));
    bus.publish(draft("a", 35));
    soon().untilAsserted(() -> assertThat(record.seen).containsExactly("a:15", "a:35"));
    awaitLag(bus, "s", 0);
    assertThatThrownBy(() -> bus.subscribe(subscription("t").where("data.n >"), record))
        .isInstanceOf(InvalidInput.class);
  }

  /** The data of an event of the test. */
  @EventType("user.message.received")
  record Message(String channel, String text) {}

  @Test
  default void recordsGoInAndComeOut() throws Exception {
    EventBus bus = bus();
    List<Message> messages = new CopyOnWriteArrayList<>();
    bus.subscribe("s", Message.class, (message, event) -> messages.add(message));
    bus.publish(new Message("#java", "hello"));
    soon().untilAsserted(() -> assertThat(messages).containsExactly(new Message("#java", "hello")));
  }

  @Test
  default void dataThatDoesNotFitTheRecordIsADeadLetterWithoutRetries() throws Exception {
    EventBus bus = bus();
    bus.subscribe("s", Message.class, (message, event) -> {});
    bus.publish(Draft.of(TYPE, "[1,2]"));
    soon().until(() -> deadLetters(bus) == 1);
    assertThat(bus.operations().deadLetters(DeadLetterFilter.ALL).getFirst().attempts())
        .isEqualTo(1);
  }

  @Test
  default void dataThatDoesNotFitItsSchemaIsRefused() throws Exception {
    var schema =
        Json.MAPPER.readTree(
            "{\"type\":\"object\",\"required\":[\"n\"],\"properties\":{\"n\":{\"type\":\"integer\"}}}");
    EventTypeInfo info = EventTypeInfo.of(TYPE).schema(EventTypeInfo.Validation.ENFORCE, schema);
    EventBus bus = bus(BusConfig.standard().catalogue(Catalogue.standard().with(info)));
    bus.publish(draft("a", 1));
    assertThatThrownBy(() -> bus.publish(Draft.of(TYPE, "{\"n\":\"x\"}")))
        .isInstanceOf(InvalidEvent.class)
        .hasMessageContaining("schema");
  }

  @Test
  default void theCatalogueNamesTheKeyWhereThePublisherDoesNot() throws Exception {
    EventTypeInfo info = EventTypeInfo.of(TYPE).keyedBy("/channel");
    EventBus bus = bus(BusConfig.standard().catalogue(Catalogue.standard().with(info)));
    bus.publish(Draft.of(TYPE, "{\"channel\":\"#java\"}"));
    assertThat(PublishContract.history(bus).getFirst().event().key()).isEqualTo("#java");
  }

  @Test
  default void oldDataIsReadInItsPresentVersion() throws Exception {
    EventTypeInfo info =
        EventTypeInfo.of(TYPE)
            .upcast(1, data -> ((ObjectNode) data).put("n", data.required("number").asInt()));
    EventBus bus = bus(BusConfig.standard().catalogue(Catalogue.standard().with(info)));
    Handled record = new Handled();
    bus.subscribe(subscription("s"), record);
    bus.publish(Draft.of(TYPE, "{\"number\":7}").key("a").version(1));
    bus.publish(Draft.of(TYPE, "{}").key("a").version(1));
    bus.publish(draft("a", 8).version(2));
    awaitLag(bus, "s", 0);
    assertThat(record.seen).containsExactly("a:7", "a:8");
    assertThat(bus.operations().deadLetters(DeadLetterFilter.ALL).getFirst().reason())
        .isEqualTo(DeadLetter.Reason.UNDECODABLE);
  }

  @Test
  default void aFullStreamRefusesEventsWhileSomebodyHasYetToReadAndTakesThemAfterwards()
      throws Exception {
    StreamConfig small =
        new StreamConfig("user", 1, Optional.of(StreamConfig.SEVEN_DAYS), Optional.of(200_000L));
    EventBus bus = bus(BusConfig.standard().with(small));
    Subscriber stopped = bus.subscribe(subscription("s"), new Handled());
    awaitRunning(stopped);
    stopped.close();
    String data = "\"" + "x".repeat(2_000) + "\"";
    int[] taken = new int[1];
    assertThatThrownBy(
            () -> {
              for (; taken[0] < 1_000; taken[0]++) {
                bus.publish(Draft.of(TYPE, data).key("a"));
              }
            })
        .isInstanceOf(LogFull.class)
        .hasMessageContaining("user");
    assertThat(info(bus, "s").lagEvents()).isEqualTo(taken[0]);
    CountDownLatch read = new CountDownLatch(taken[0]);
    bus.subscribe(subscription("s"), event -> read.countDown());
    assertThat(read.await(20, TimeUnit.SECONDS)).as("nothing was dropped").isTrue();
    awaitLag(bus, "s", 0);
    soon().ignoreExceptions().until(() -> bus.publish(Draft.of(TYPE, data).key("a")) != null);
  }

  @Test
  default void lagIsExact() throws Exception {
    EventBus bus = bus();
    CountDownLatch release = new CountDownLatch(1);
    bus.subscribe(
        subscription("s"),
        event -> {
          if (number(event) == 0) {
            release.await();
          }
        });
    for (int i = 0; i < 10; i++) {
      bus.publish(draft("k" + i, i));
    }
    awaitLag(bus, "s", 1);
    release.countDown();
    awaitLag(bus, "s", 0);
  }

  @Test
  default void historyIsReadInPartsAndWaitsForWhatComes() throws Exception {
    EventBus bus = bus();
    for (int i = 0; i < 25; i++) {
      bus.publish(draft("a", i));
    }
    Start from = Start.earliest();
    for (int part = 0; part < 3; part++) {
      Page page =
          bus.operations()
              .read(
                  new ReadRequest(
                      TypePattern.all("user.**"), Optional.empty(), from, 10, Duration.ZERO));
      assertThat(page.events()).hasSize(part < 2 ? 10 : 5);
      from = new Start.After(page.next());
    }
    Start end = from;
    Thread later = Thread.ofVirtual().unstarted(() -> bus.publish(draft("a", 99)));
    later.start();
    Page page =
        bus.operations()
            .read(
                new ReadRequest(
                    TypePattern.all("user.**"), Optional.empty(), end, 10, Duration.ofSeconds(10)));
    assertThat(page.events()).hasSize(1);
    later.join();
  }

  @Test
  default void anEventSaysWhatBecameOfIt() throws Exception {
    EventBus bus = bus();
    bus.subscribe(subscription("good"), new Handled());
    bus.subscribe(subscription("bad"), new Handled(event -> failOn(event, 1)));
    bus.subscribe(Subscription.of("other", "system.**"), event -> {});
    bus.publish(draft("a", 1).id("one"));
    soon()
        .untilAsserted(() ->
            assertThat(bus.operations().event("one").getFirst().deliveries())
                .extracting(DeliveryState::subscription, DeliveryState::state)
                .containsExactlyInAnyOrder(
                    org.assertj.core.groups.Tuple.tuple("good", "handled"),
                    org.assertj.core.groups.Tuple.tuple("bad", "dead"),
                    org.assertj.core.groups.Tuple.tuple("other", "not matched")));
    assertThat(bus.operations().event("nothing")).isEmpty();
  }

  @Test
  default void theBusSaysThatItIsWellAndWhatItHasCounted() throws Exception {
    EventBus bus = bus();
    bus.publish(draft("a", 1));
    assertThat(bus.operations().health().ready()).isTrue();
    assertThat(bus.operations().metrics())
        .anySatisfy(metric -> {
          assertThat(metric.name()).isEqualTo("rookery_published_total");
          assertThat(metric.value()).isGreaterThanOrEqualTo(1);
        });
  }
}

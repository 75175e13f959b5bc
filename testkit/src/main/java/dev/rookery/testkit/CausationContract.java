package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.DeadLetter.Reason;
import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.Receipt;
import dev.rookery.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What the events that handlers publish say about their causes. */
public interface CausationContract extends BusUnderTest {

  @Test
  default void whatAHandlerPublishesIsCausedByWhatItHandles() {
    Recorder effects = new Recorder();
    subscribe(Subscription.of("effects", "user.effect"), effects);
    subscribe(bus(), listening("causes"), event -> bus().publish(Draft.of("user.effect").key("k")));

    bus().publish(said("cause", "k").correlation("talk"));

    effects.awaitHandled(1);
    Event effect = effects.handled().getFirst().event();
    assertThat(effect.correlation()).isEqualTo("talk");
    assertThat(effect.causation()).contains("cause");
    assertThat(effect.hops()).isEqualTo(1);
  }

  @Test
  default void whatAHandlerSaysItselfIsLeftAsItIs() {
    Recorder effects = new Recorder();
    subscribe(Subscription.of("effects", "user.effect"), effects);
    subscribe(
        bus(),
        listening("causes"),
        event ->
            bus()
                .publish(
                    Draft.of("user.effect").id("own").correlation("other").causation("another")));

    say("cause");

    effects.awaitHandled("own");
    Event effect = effects.handled().getFirst().event();
    assertThat(effect.correlation()).isEqualTo("other");
    assertThat(effect.causation()).contains("another");
  }

  @Test
  default void aRepeatedHandlingSaysThingsOnce() {
    Recorder effects = new Recorder();
    subscribe(Subscription.of("effects", "user.effect"), effects);
    List<Receipt> receipts = new CopyOnWriteArrayList<>();
    Recorder causes =
        new Recorder()
            .doing((delivery, progress) -> {
              receipts.add(bus().publish(effect("first", delivery.attempt())));
              receipts.add(bus().publish(effect("second", delivery.attempt())));
              if (delivery.attempt() < 3) {
                throw new IllegalStateException("after the publish");
              }
            });
    subscribe(listening("causes"), causes);

    say("cause");

    causes.awaitHandled("cause");
    assertThat(receipts).hasSize(6);
    assertThat(receipts)
        .extracting(Receipt::duplicate)
        .containsExactly(false, false, true, true, true, true);
    assertThat(receipts.stream().map(Receipt::id).distinct()).hasSize(2);
    say("other cause");
    causes.awaitHandled(2);
    soon().until(() -> effects.handled().size() >= 4);
    assertThat(effects.handled()).hasSize(4);
  }

  private static Draft effect(String what, int attempt) {
    return Draft.of("user.effect", "{\"what\":\"" + what + "\",\"attempt\":" + attempt + "}");
  }

  @Test
  default void anotherThreadSaysItsCauseItself() {
    Recorder effects = new Recorder();
    subscribe(Subscription.of("effects", "user.effect"), effects);
    Recorder causes =
        new Recorder()
            .doing((delivery, progress) -> {
              Draft draft = Draft.of("user.effect").causedBy(delivery.event());
              Thread.ofPlatform().start(() -> bus().publish(draft)).join();
            });
    subscribe(listening("causes"), causes);

    say("cause");

    effects.awaitHandled(1);
    Event effect = effects.handled().getFirst().event();
    assertThat(effect.causation()).contains("cause");
    assertThat(effect.correlation()).isEqualTo("cause");
    assertThat(effect.hops()).isEqualTo(1);
  }

  @Test
  default void handlersThatCauseEachOtherForEverAreStopped() {
    subscribe(
        bus(),
        Subscription.of("ping", "user.ping"),
        event -> bus().publish(Draft.of("user.pong").key("k")));
    subscribe(
        bus(),
        Subscription.of("pong", "user.pong"),
        event -> bus().publish(Draft.of("user.ping").key("k")));

    bus().publish(Draft.of("user.ping").key("k"));

    soon().until(() -> lettersOf("pong").size() + lettersOf("ping").size() == 1);
    assertThat(List.of(lettersOf("pong"), lettersOf("ping")).stream().flatMap(List::stream))
        .allMatch(letter -> letter.reason() == Reason.LOOP)
        .allMatch(letter -> letter.event().orElseThrow().hops() == 17);
  }
}

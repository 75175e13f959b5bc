package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.shadow.Shadow;
import dev.rookery.shadow.ShadowReport;
import dev.rookery.shadow.ShadowReport.Difference;
import dev.rookery.shadow.ShadowReport.Failure;
import dev.rookery.shadow.ShadowReport.Kind;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What a bot that runs against history promises: it changes nothing, and shows what it would. */
public interface ShadowContract extends BusUnderTest {
  /** Answers every event, one named 'twice' twice. */
  private static EventHandler greeter(EventBus to, String greeting) {
    return event -> {
      to.publish(answer(greeting, event));
      if (event.id().equals("twice")) {
        to.publish(answer("again", event));
      }
    };
  }

  private static Draft answer(String greeting, Event event) {
    return Draft.of("user.answered", "{\"text\": \"" + greeting + "\"}").key(event.key());
  }

  /** The bot as it was, for three events. */
  private Subscription lived() {
    Subscription greeter = listening("greeter").from(Start.earliest());
    subscribe(bus(), greeter, greeter(bus(), "hello"));
    say("a", "1");
    say("twice", "2");
    say("c", "3");
    soon().until(() -> stored() == 7);
    return greeter;
  }

  private long stored() {
    return operations().streams().stream().mapToLong(partition -> partition.events()).sum();
  }

  @Test
  default void aBotThatIsAsItWasPublishesTheSameInTheShadow() throws InterruptedException {
    Subscription greeter = lived();

    ShadowReport report = Shadow.run(bus(), greeter, to -> greeter(to, "hello"));

    assertThat(report.handled()).isEqualTo(3);
    assertThat(report.same()).isEqualTo(4);
    assertThat(report.differing()).isZero();
    assertThat(stored()).isEqualTo(7);
  }

  @Test
  default void whatANewVersionWouldPublishDifferentlyIsShown() throws InterruptedException {
    Subscription greeter = lived();

    ShadowReport report =
        Shadow.run(
            bus(),
            greeter,
            to ->
                event -> {
                  switch (event.id()) {
                    case "a" -> to.publish(answer("goodbye", event));
                    case "twice" -> to.publish(answer("hello", event));
                    default -> greeter(to, "hello").handle(event);
                  }
                  if (event.id().equals("c")) {
                    to.publish(answer("more", event));
                    throw new IllegalStateException("after that");
                  }
                });

    assertThat(report.same()).isEqualTo(2);
    assertThat(report.differences())
        .extracting(Difference::kind)
        .containsExactlyInAnyOrder(Kind.DIFFERENT, Kind.MISSING, Kind.ADDITIONAL);
    assertThat(report.differences())
        .extracting(Difference::cause)
        .containsExactlyInAnyOrder("a", "twice", "c");
    assertThat(report.failures()).containsExactly(new Failure("c", "after that"));
    assertThat(stored()).isEqualTo(7);
    assertThat(operations().subscriptions()).hasSize(1);
  }

  @Test
  default void whatOtherBotsMadeOfTheSameEventsIsNotTheBotsAffair() throws InterruptedException {
    subscribe(bus(), listening("other"), event -> bus().publish(answer("other", event)));
    say("a");
    soon().until(() -> stored() == 2);

    Subscription silent = listening("greeter").from(Start.earliest());
    ShadowReport report = Shadow.run(bus(), silent, _ -> _ -> {});

    assertThat(report.handled()).isEqualTo(1);
    assertThat(report.differing()).isZero();
  }

  @Test
  default void aRunThatIsStoppedSaysWhereAnotherGoesOn() throws InterruptedException {
    bus()
        .publishAll(
            LongStream.range(0, 250).mapToObj(number -> said("e" + number, "key")).toList());
    Subscription greeter = listening("greeter").from(Start.earliest());

    ShadowReport first = Shadow.run(bus(), greeter, _ -> _ -> {}, handled -> handled < 100);
    Start on = new Start.After(first.next().orElseThrow());
    ShadowReport second = Shadow.run(bus(), greeter.from(on), _ -> _ -> {});

    assertThat(first.handled()).isEqualTo(100);
    assertThat(second.handled()).isEqualTo(150);
    assertThat(second.next()).isEmpty();
  }
}

package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.rookery.Draft;
import dev.rookery.EventRejected;
import dev.rookery.InvalidInput;
import dev.rookery.Operations.Cause;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Operations.DeliveryState;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.Step;
import dev.rookery.Operations.Trace;
import dev.rookery.RetryPolicy;
import dev.rookery.Search;
import dev.rookery.Start;
import dev.rookery.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What can be found out about events: searches, conversations, and what became of one. */
public interface TraceContract extends BusUnderTest {

  private Draft effect(String id, String cause, String talk) {
    return Draft.of("user.effect").id(id).key("k").causation(cause).correlation(talk);
  }

  private Trace trace(String correlation) {
    return operations().trace(correlation, Start.earliest());
  }

  private static String idOf(Step step) {
    return step.located().event().id();
  }

  @Test
  default void aConversationIsATreeOfCausesAndEffects() {
    say("other");
    say("talk");
    bus().publish(effect("a", "talk", "talk"));
    bus().publish(effect("b", "talk", "talk"));
    bus().publish(effect("a-1", "a", "talk"));
    bus().publish(Draft.of("bot.answered").id("b-1").causation("b").correlation("talk"));

    Trace trace = trace("talk");

    assertThat(trace.steps())
        .extracting(TraceContract::idOf, Step::depth, Step::cause)
        .containsExactly(
            tuple("talk", 0, Cause.NONE),
            tuple("a", 1, Cause.ABOVE),
            tuple("a-1", 2, Cause.ABOVE),
            tuple("b", 1, Cause.ABOVE),
            tuple("b-1", 2, Cause.ABOVE));
    assertThat(trace.cut()).isEmpty();
    assertThat(trace.correlation()).isEqualTo("talk");
    assertThat(trace.steps().getLast().located().partition().stream()).isEqualTo("bot");
  }

  @Test
  default void whatHandlersPublishIsTracedToWhatTheyHandled() {
    subscribe(bus(), listening("answers"), event -> bus().publish(Draft.of("user.answer")));

    say("talk");

    soon().until(() -> trace("talk").steps().size() == 2);
    assertThat(trace("talk").steps().getLast().located().event().type()).isEqualTo("user.answer");
    assertThat(trace("talk").steps().getLast().cause()).isEqualTo(Cause.ABOVE);
  }

  @Test
  default void anEffectWhoseCauseIsNotKeptIsShownAsSuch() {
    bus().publish(effect("left", "long gone", "talk"));

    assertThat(trace("talk").steps())
        .extracting(TraceContract::idOf, Step::depth, Step::cause)
        .containsExactly(tuple("left", 0, Cause.MISSING));
  }

  @Test
  default void eventsThatCauseOneAnotherAreShownOnce() {
    bus().publish(effect("egg", "hen", "talk"));
    bus().publish(effect("hen", "egg", "talk"));
    bus().publish(effect("chick", "egg", "talk"));
    bus().publish(effect("ouroboros", "ouroboros", "talk"));

    assertThat(trace("talk").steps())
        .extracting(TraceContract::idOf, Step::depth, Step::cause)
        .containsExactlyInAnyOrder(
            tuple("egg", 0, Cause.CIRCLE),
            tuple("hen", 1, Cause.ABOVE),
            tuple("chick", 1, Cause.ABOVE),
            tuple("ouroboros", 0, Cause.CIRCLE));
  }

  @Test
  default void aConversationThatNobodyHadHasNoEvents() {
    assertThat(trace("nobody's").steps()).isEmpty();
    assertThat(trace("nobody's").cut()).isEmpty();
    assertThat(trace("ü/🦉?&%").steps()).isEmpty();
  }

  @Test
  default void eventsAreSearchedPageByPage() {
    for (int part = 0; part < 3; part++) {
      int first = part * 400;
      bus()
          .publishAll(
              IntStream.range(first, first + 400)
                  .mapToObj(n -> said("e" + n, "k" + n % 100))
                  .toList());
    }
    Search wanted = Search.ALL.types("user.said").key("k7");
    List<String> read = new ArrayList<>();

    Page page = operations().search(wanted, Start.earliest(), 5);
    while (true) {
      assertThat(page.events()).hasSizeLessThanOrEqualTo(5);
      page.events().forEach(located -> read.add(located.event().id()));
      if (page.end()) {
        break;
      }
      page = operations().search(wanted, new Start.After(page.next()), 5);
    }

    assertThat(read)
        .isEqualTo(
            IntStream.range(0, 1_200).filter(n -> n % 100 == 7).mapToObj(n -> "e" + n).toList());
  }

  @Test
  default void aSearchIsNarrowedByEverythingThatItNames() {
    bus().publish(Draft.of("user.said", "{\"n\":1}").id("a").source("bot-1").key("x"));
    bus().publish(Draft.of("user.said", "{\"n\":2}").id("b").source("bot-1").key("y"));
    bus().publish(Draft.of("user.other", "{\"n\":2}").id("c").source("bot-2").key("x"));
    bus().publish(effect("d", "a", "a"));

    assertThat(ids(Search.ALL.types("user.said"))).containsExactly("a", "b");
    assertThat(ids(Search.ALL.types("user.said").where("data.n > 1"))).containsExactly("b");
    assertThat(ids(Search.ALL.source("bot-2"))).containsExactly("c");
    assertThat(ids(Search.ALL.key("x"))).containsExactly("a", "c");
    assertThat(ids(Search.ALL.correlation("a"))).containsExactly("a", "d");
    assertThat(ids(Search.ALL.causation("a"))).containsExactly("d");
    assertThat(ids(Search.ALL)).containsExactly("a", "b", "c", "d");
    assertThatThrownBy(() -> ids(Search.ALL.where("("))).isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> operations().search(Search.ALL, Start.earliest(), 0))
        .isInstanceOf(InvalidInput.class);
  }

  @Test
  default void aSearchIsNarrowedByTheEventsOwnTimes() {
    bus().publish(said("before", "k").time(Instant.parse("2026-01-01T00:00:00Z")));
    bus().publish(said("within", "k").time(Instant.parse("2026-01-02T00:00:00Z")));
    bus().publish(said("after", "k").time(Instant.parse("2026-01-03T00:00:00Z")));

    assertThat(
            ids(
                Search.ALL.between(
                    Instant.parse("2026-01-02T00:00:00Z"), Instant.parse("2026-01-03T00:00:00Z"))))
        .containsExactly("within");
  }

  private List<String> ids(Search wanted) {
    return operations().search(wanted, Start.earliest(), 100).events().stream()
        .map(located -> located.event().id())
        .toList();
  }

  private DeliveryState stateOf(String event) {
    return operations().event(event).getFirst().deliveries().getFirst();
  }

  @Test
  default void anEventThatWaitsForAnAttemptSaysWhyAndUntilWhen() {
    saysWhyAndUntilWhen(Duration.ofSeconds(20), "waiting");
  }

  @Test
  default void anEventThatIsPutAsideUntilItsNextAttemptSaysWhyAndUntilWhen() {
    saysWhyAndUntilWhen(Duration.ofMinutes(5), "parked");
  }

  private void saysWhyAndUntilWhen(Duration pause, String expected) {
    RetryPolicy slow = new RetryPolicy(3, pause, pause);
    subscribe(
        listening("watcher").retry(slow),
        new Recorder()
            .doing((delivery, progress) -> {
              throw new IllegalStateException("no luck");
            }));
    say("a");

    soon()
        .untilAsserted(() -> {
          DeliveryState state = stateOf("a");
          assertThat(state.state()).isEqualTo(expected);
          assertThat(state.attempts()).isEqualTo(1);
          assertThat(state.notBefore()).isPresent();
          assertThat(state.failures()).singleElement().asString().contains("no luck");
          assertThat(state.deadLetter().isPresent()).isEqualTo(expected.equals("parked"));
        });
  }

  @Test
  default void aDeadDeliveryNamesItsLetter() {
    subscribe(
        listening("watcher"),
        new Recorder()
            .doing((delivery, progress) -> {
              throw new EventRejected("not for me");
            }));
    say("a");
    soon().until(() -> lettersOf("watcher").size() == 1);

    DeliveryState state = stateOf("a");

    assertThat(state.state()).isEqualTo("dead");
    assertThat(state.deadLetter()).contains(lettersOf("watcher").getFirst().id());
    assertThat(state.failures()).singleElement().asString().contains("not for me");
    operations().discard(DeadLetterFilter.ALL);
    soon().until(() -> stateOf("a").state().equals("handled"));
  }

  @Test
  default void whatIsHeldBehindADeadLetterIsParked() {
    Subscription holding = listening("watcher").exhausted(Subscription.Exhausted.HOLD);
    subscribe(
        holding,
        new Recorder()
            .doing((delivery, progress) -> {
              throw new EventRejected("no");
            }));
    say("head");
    say("behind");

    soon()
        .untilAsserted(() -> {
          assertThat(stateOf("head").state()).isEqualTo("dead");
          assertThat(stateOf("behind").state()).isEqualTo("parked");
          assertThat(stateOf("behind").deadLetter()).isPresent();
        });
  }
}

package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Event;
import dev.rookery.EventRejected;
import dev.rookery.InvalidEvent;
import dev.rookery.InvalidInput;
import dev.rookery.NotFound;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Operations.Erasure;
import dev.rookery.Payload;
import dev.rookery.Search;
import dev.rookery.Start;
import dev.rookery.audit.AuditRecord;
import dev.rookery.audit.AuditTrail;
import dev.rookery.audit.Fact;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What erasing one person's data promises to operators and subscribers. */
public interface ErasingContract extends BusUnderTest {
  private Erasure erase(String key) {
    return operations().erase(key, Optional.empty(), false);
  }

  private List<Event> stored() {
    return operations()
        .search(Search.ALL.types("user.said"), Start.earliest(), 100)
        .events()
        .stream()
        .map(located -> located.event())
        .toList();
  }

  private void twoPeople() {
    say("a1", "alice");
    say("b1", "bob");
    say("a2", "alice");
    say("b2", "bob");
  }

  @Test
  default void ofAnErasedEventOnlyTheEnvelopeIsSeen() {
    twoPeople();
    Event before = stored().getFirst();

    assertThat(erase("alice")).isEqualTo(new Erasure(2, 0, 0));

    assertThat(stored()).extracting(Event::id).containsExactly("a1", "b1", "a2", "b2");
    Event left = stored().getFirst();
    assertThat(left).isEqualTo(before.erased());
    assertThat(left.data()).isEqualTo(Payload.EMPTY);
    assertThat(stored().get(1).data().text()).contains("b1");
    assertThat(operations().event("a2").getFirst().located().event().isErased()).isTrue();
  }

  @Test
  default void anErasedEventIsHandedToNobody() {
    twoPeople();
    subscribe(fromTheBeginning("early"), new Recorder()).close();
    erase("alice");
    Recorder early = new Recorder();
    Recorder late = new Recorder();
    subscribe(fromTheBeginning("early"), early);
    subscribe(fromTheBeginning("late"), late);
    say("b3", "bob");

    soon().until(() -> late.handledIds().contains("b3"));
    assertThat(late.handledIds()).containsExactly("b1", "b2", "b3");
    assertThat(early.begunIds()).doesNotHaveDuplicates();
    soon().until(() -> lagOf("late") == 0 && lagOf("early") == 0);
  }

  @Test
  default void whatWasReadAlreadyIsReadAnew() {
    Recorder first = new Recorder();
    subscribe(fromTheBeginning("first"), first);
    twoPeople();
    soon().until(() -> first.handledIds().size() == 4);

    erase("alice");
    Recorder second = new Recorder();
    subscribe(fromTheBeginning("second"), second);

    second.awaitHandled("b1", "b2");
    assertThat(second.begunIds()).containsExactly("b1", "b2");
  }

  @Test
  default void deadLettersOfTheKeyAreThrownAway() {
    Recorder rejecting =
        new Recorder()
            .doing((delivery, progress) -> {
              throw new EventRejected("no");
            });
    subscribe(listening("watcher"), rejecting);
    twoPeople();
    soon().until(() -> lettersOf("watcher").size() == 4);

    assertThat(erase("alice")).isEqualTo(new Erasure(2, 0, 2));

    assertThat(operations().deadLetters(DeadLetterFilter.ALL))
        .allMatch(letter -> letter.key().equals("bob"))
        .hasSize(2);
    soon().until(() -> lagOf("watcher") == 0);
  }

  @Test
  default void erasingAgainErasesWhatCameSince() {
    twoPeople();
    erase("alice");
    say("a3", "alice");

    assertThat(erase("alice")).isEqualTo(new Erasure(1, 2, 0));
    assertThat(erase("nobody")).isEqualTo(new Erasure(0, 0, 0));
  }

  @Test
  default void aDryRunOnlyCounts() {
    twoPeople();
    List<Event> before = stored();

    assertThat(operations().erase("alice", Optional.empty(), true)).isEqualTo(new Erasure(2, 0, 0));
    assertThat(stored()).isEqualTo(before);
  }

  @Test
  default void oneStreamIsErasedAlone() {
    twoPeople();

    assertThat(operations().erase("alice", Optional.of("bot"), false).events()).isZero();
    assertThat(operations().erase("alice", Optional.of("user"), false).events()).isEqualTo(2);
    assertThatThrownBy(() -> operations().erase("alice", Optional.of("missing"), false))
        .isInstanceOf(NotFound.class);
  }

  @Test
  default void anErasureIsAudited() {
    twoPeople();
    erase("alice");
    operations().erase("bob", Optional.of("user"), true);

    List<Fact> facts = new ArrayList<>();
    new AuditTrail(operations())
        .each(
            Start.earliest(),
            located -> facts.add(AuditRecord.read(located.event()).orElseThrow().fact()));
    assertThat(facts).hasSize(2);
    assertThat(facts.getFirst())
        .isInstanceOfSatisfying(
            Fact.Intended.class,
            act -> {
              assertThat(act.act()).isEqualTo("erase");
              assertThat(act.target()).isEqualTo("alice");
            });
    assertThat(facts.getLast())
        .isInstanceOfSatisfying(
            Fact.Done.class,
            done ->
                assertThat(done.result()).isEqualTo(Map.of("events", "2", "dead-letters", "0")));
  }

  @Test
  default void theAuditIsNotErasedAndNobodyElseMarksEventsAsErased() {
    assertThatThrownBy(() -> erase(AuditRecord.SOURCE)).isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> erase("")).isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> bus().publish(said("x", "k").attribute(Event.ERASED, "true")))
        .isInstanceOf(InvalidEvent.class);
  }
}

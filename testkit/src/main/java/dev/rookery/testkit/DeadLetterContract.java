package dev.rookery.testkit;

import static dev.rookery.testkit.Samples.BOT;
import static dev.rookery.testkit.Samples.USER;
import static dev.rookery.testkit.Samples.letter;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.DeadLetter;
import dev.rookery.DeadLetter.Reason;
import dev.rookery.DeadLetter.State;
import dev.rookery.Event;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.StaleClaim;
import dev.rookery.Subscription;
import dev.rookery.TypePattern;
import dev.rookery.spi.Claim;
import dev.rookery.spi.DeadLetterStore;
import dev.rookery.spi.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What {@link DeadLetterStore} promises. */
public interface DeadLetterContract extends BackendUnderTest {
  int MANY = 1_000;

  private DeadLetterStore letters() {
    return backend().deadLetters();
  }

  private Claim claimOf(String subscription) {
    backend()
        .subscriptions()
        .define(Subscription.of(subscription, "**"), Map.of(USER, Place.BEGINNING));
    Claim seen = seen(subscription, USER);
    return backend()
        .subscriptions()
        .claim(subscription, USER, "owner", Duration.ofSeconds(9), Optional.of(seen))
        .orElseThrow();
  }

  private static List<DeadLetter> all(DeadLetterStore letters) {
    return letters.list(DeadLetterFilter.ALL);
  }

  private static DeadLetter changed(
      DeadLetter letter,
      Optional<Event> event,
      Optional<Payload> raw,
      Reason reason,
      Instant since) {
    return new DeadLetter(
        letter.id(),
        letter.subscription(),
        letter.partition(),
        letter.position(),
        letter.key(),
        event,
        raw,
        reason,
        letter.state(),
        letter.attempts(),
        letter.failures(),
        since);
  }

  @Test
  default void aLetterIsFoundAsItWasBuried() {
    Claim claim = claimOf("mine");
    List<DeadLetter> buried = new ArrayList<>();
    for (Event nasty : Samples.nastyEvents()) {
      DeadLetter letter = letter("mine", USER, buried.size() + 1, nasty.key());
      buried.add(
          changed(letter, Optional.of(nasty), Optional.empty(), Reason.CRASHED, letter.since()));
    }

    letters().bury(claim, buried);

    for (DeadLetter letter : buried) {
      assertThat(letters().find(letter.id())).contains(letter);
    }
    assertThat(letters().find("other")).isEmpty();
  }

  @Test
  default void whatCouldNotBeDecodedIsKeptRaw() {
    Claim claim = claimOf("mine");
    DeadLetter letter = letter(DeadLetter.STREAM_SUBSCRIPTION, USER, 7, "");
    Payload raw = Payload.wrap("application/octet-stream", new byte[] {0, -1, '{', 10});
    DeadLetter undecodable =
        changed(letter, Optional.empty(), Optional.of(raw), Reason.UNDECODABLE, letter.since());

    letters().bury(claim, List.of(undecodable));

    assertThat(letters().find(undecodable.id())).contains(undecodable);
    assertThat(letters().counts()).isEqualTo(Map.of(DeadLetter.STREAM_SUBSCRIPTION, 1L));
  }

  @Test
  default void buryingTwiceIsHarmless() {
    Claim claim = claimOf("mine");
    DeadLetter letter = letter("mine", USER, 1, "k");

    letters().bury(claim, List.of(letter));
    letters().bury(claim, List.of(letter));

    assertThat(all(letters())).containsExactly(letter);
    assertThat(letters().counts()).isEqualTo(Map.of("mine", 1L));
  }

  @Test
  default void aLetterOfTheSameIdReplacesTheFormer() {
    Claim claim = claimOf("mine");
    letters().bury(claim, List.of(letter("mine", USER, 1, "k", Reason.PARKED)));
    letters().redrive(List.of("mine:user/0@1"));
    DeadLetter again = letter("mine", USER, 1, "k", Reason.REJECTED);

    letters().bury(claim, List.of(again));

    assertThat(all(letters())).containsExactly(again);
    assertThat(letters().parked("mine", USER)).isEmpty();
    assertThat(letters().redriving("mine", USER, MANY)).isEmpty();
    assertThat(letters().ofKey("mine", USER, "k", Position.ZERO, MANY)).containsExactly(again);
  }

  @Test
  default void aStaleClaimBuriesAndSettlesNothing() {
    Claim stale = claimOf("mine");
    DeadLetter kept = letter("mine", USER, 1, "k");
    letters().bury(stale, List.of(kept));
    claimOf("mine");

    assertThatThrownBy(() -> letters().bury(stale, List.of(letter("mine", USER, 2, "k"))))
        .isInstanceOf(StaleClaim.class);
    assertThatThrownBy(() -> letters().settle(stale, List.of(kept.id())))
        .isInstanceOf(StaleClaim.class);

    assertThat(all(letters())).containsExactly(kept);
  }

  @Test
  default void aSettledLetterIsGone() {
    Claim claim = claimOf("mine");
    DeadLetter stays = letter("mine", USER, 2, "k");
    letters().bury(claim, List.of(letter("mine", USER, 1, "k", Reason.PARKED), stays));

    letters().settle(claim, List.of("mine:user/0@1", "never there"));

    assertThat(all(letters())).containsExactly(stays);
    assertThat(letters().parked("mine", USER)).isEmpty();
    assertThat(letters().ofKey("mine", USER, "k", Position.ZERO, MANY)).containsExactly(stays);
  }

  @Test
  default void lettersOfAKeyComeByRisingPosition() {
    Claim claim = claimOf("mine");
    List<DeadLetter> ofKey =
        List.of(
            letter("mine", USER, 2, "k ü'"),
            letter("mine", USER, 10, "k ü'", Reason.PARKED),
            letter("mine", USER, 11, "k ü'", Reason.PARKED),
            letter("mine", USER, 100, "k ü'", Reason.PARKED));
    letters().bury(claim, List.of(ofKey.get(2), ofKey.get(0), ofKey.get(3), ofKey.get(1)));
    letters()
        .bury(
            claim,
            List.of(
                letter("mine", USER, 3, "other"),
                letter("mine", BOT, 4, "k ü'"),
                letter("other", USER, 5, "k ü'")));

    assertThat(letters().ofKey("mine", USER, "k ü'", Position.ZERO, MANY)).isEqualTo(ofKey);
    assertThat(letters().ofKey("mine", USER, "k ü'", Position.of(2), MANY))
        .isEqualTo(ofKey.subList(1, 4));
    assertThat(letters().ofKey("mine", USER, "k ü'", Position.of(2), 2))
        .isEqualTo(ofKey.subList(1, 3));
    assertThat(letters().ofKey("mine", USER, "k ü'", Position.of(100), MANY)).isEmpty();
    assertThat(letters().ofKey("mine", USER, "nobody", Position.ZERO, MANY)).isEmpty();
  }

  @Test
  default void lettersAskedForAgainAreHandedOutByPosition() {
    Claim claim = claimOf("mine");
    letters()
        .bury(
            claim,
            List.of(
                letter("mine", USER, 10, "a"),
                letter("mine", USER, 9, "b"),
                letter("mine", USER, 8, "c"),
                letter("mine", BOT, 7, "c"),
                letter("other", USER, 7, "c")));

    int marked = letters().redrive(List.of("mine:user/0@10", "mine:user/0@9", "never there"));

    assertThat(marked).isEqualTo(2);
    assertThat(letters().redriving("mine", USER, MANY))
        .containsExactly(
            letter("mine", USER, 9, "b").in(State.REDRIVING),
            letter("mine", USER, 10, "a").in(State.REDRIVING));
    assertThat(letters().redriving("mine", USER, 1)).hasSize(1);
    assertThat(letters().redriving("mine", BOT, MANY)).isEmpty();
    assertThat(letters().find("mine:user/0@10"))
        .contains(letter("mine", USER, 10, "a").in(State.REDRIVING));

    letters().settle(claim, List.of("mine:user/0@9"));
    assertThat(letters().redriving("mine", USER, MANY)).hasSize(1);
  }

  @Test
  default void askingTwiceForALetterIsHarmless() {
    Claim claim = claimOf("mine");
    letters().bury(claim, List.of(letter("mine", USER, 1, "k")));

    letters().redrive(List.of("mine:user/0@1"));
    letters().redrive(List.of("mine:user/0@1"));

    assertThat(letters().redriving("mine", USER, MANY)).hasSize(1);
    assertThat(letters().counts()).isEqualTo(Map.of("mine", 1L));
  }

  @Test
  default void letterListsAreNarrowedByTheirFilter() {
    Claim claim = claimOf("mine");
    DeadLetter one = letter("mine", USER, 1, "k");
    DeadLetter parked = letter("mine", USER, 2, "k", Reason.PARKED);
    DeadLetter other = letter("other", USER, 3, "k");
    DeadLetter raw =
        changed(
            letter("mine", USER, 4, "k"),
            Optional.empty(),
            Optional.of(Payload.json("?")),
            Reason.UNDECODABLE,
            ManualEnvironment.BEGINNING);
    letters().bury(claim, List.of(raw, other, parked, one));
    DeadLetterFilter all = DeadLetterFilter.ALL;

    assertThat(letters().list(all)).containsExactly(one, parked, raw, other);
    assertThat(letters().list(all.of("other"))).containsExactly(other);
    assertThat(letters().list(all.ids(other.id(), one.id(), "never there")))
        .containsExactly(one, other);
    assertThat(letters().list(filter(Optional.empty(), Optional.of(Reason.PARKED))))
        .containsExactly(parked);
    assertThat(letters().list(filter(Optional.of("user.*.received"), Optional.empty())))
        .containsExactly(one, parked, other);
    assertThat(letters().list(filter(Optional.of("bot.**"), Optional.empty()))).isEmpty();
  }

  private static DeadLetterFilter filter(Optional<String> type, Optional<Reason> reason) {
    return new DeadLetterFilter(
        List.of(), Optional.empty(), type.map(TypePattern::of), reason, Optional.empty(), MANY);
  }

  @Test
  default void letterListsGoOnAfterAnId() {
    Claim claim = claimOf("mine");
    List<DeadLetter> buried = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      buried.add(letter(i % 3 == 0 ? "other" : "mine", USER, 100 + i, "k"));
    }
    letters().bury(claim, buried);

    List<String> paged = new ArrayList<>();
    DeadLetterFilter filter =
        new DeadLetterFilter(
            List.of(),
            Optional.of("mine"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            4);
    for (List<DeadLetter> page = letters().list(filter); !page.isEmpty(); ) {
      assertThat(page).hasSizeLessThanOrEqualTo(4);
      page.forEach(letter -> paged.add(letter.id()));
      page = letters().list(filter.after(paged.getLast()));
    }

    assertThat(paged).hasSize(16).isSorted().doesNotHaveDuplicates();
  }

  @Test
  default void aDiscardedLetterIsGone() {
    Claim claim = claimOf("mine");
    letters().bury(claim, List.of(letter("mine", USER, 1, "k"), letter("mine", USER, 2, "k")));
    letters().redrive(List.of("mine:user/0@1"));

    assertThat(letters().discard(List.of("mine:user/0@1", "never there"))).isEqualTo(1);

    assertThat(letters().find("mine:user/0@1")).isEmpty();
    assertThat(letters().redriving("mine", USER, MANY)).isEmpty();
    assertThat(letters().counts()).isEqualTo(Map.of("mine", 1L));
  }

  @Test
  default void theParkedAreCountedByThemselves() {
    Claim claim = claimOf("mine");
    letters()
        .bury(
            claim,
            List.of(
                letter("mine", USER, 1, "k"),
                letter("mine", USER, 2, "k", Reason.PARKED),
                letter("mine", USER, 3, "k", Reason.PARKED),
                letter("mine", USER, 4, "j", Reason.PARKED),
                letter("mine", BOT, 5, "j", Reason.PARKED),
                letter("other", USER, 6, "k")));

    assertThat(letters().counts()).isEqualTo(Map.of("mine", 1L, "other", 1L));
    assertThat(letters().parked("mine", USER)).isEqualTo(Map.of("k", 2L, "j", 1L));
    assertThat(letters().parked("mine", BOT)).isEqualTo(Map.of("j", 1L));
    assertThat(letters().parked("other", USER)).isEmpty();
  }

  @Test
  default void whatWasGivenUpAfterAPositionIsNamedWithItsKey() {
    Claim claim = claimOf("mine");
    letters()
        .bury(
            claim,
            List.of(
                letter("mine", USER, 1, "k"),
                letter("mine", USER, 2, "k"),
                letter("mine", USER, 3, "j", Reason.PARKED),
                letter("mine", BOT, 4, "j"),
                letter("other", USER, 5, "j"),
                letter("mine", USER, 6, "ü'")));
    letters().redrive(List.of("mine:user/0@6"));

    assertThat(letters().givenUp("mine", USER, Position.of(1)))
        .isEqualTo(Map.of(Position.of(2), "k", Position.of(6), "ü'"));
    assertThat(letters().givenUp("mine", USER, Position.of(6))).isEmpty();
  }

  @Test
  default void oldLettersArePrunedAndTheParkedStay() {
    Claim claim = claimOf("mine");
    Instant limit = ManualEnvironment.BEGINNING;
    DeadLetter old = since(letter("mine", USER, 1, "k"), limit.minusNanos(1_000));
    DeadLetter oldParked =
        since(letter("mine", USER, 2, "k", Reason.PARKED), limit.minusSeconds(9));
    DeadLetter young = since(letter("mine", USER, 3, "k"), limit);
    letters().bury(claim, List.of(old, oldParked, young));

    assertThat(letters().prune(limit)).isEqualTo(1);

    assertThat(all(letters())).containsExactly(oldParked, young);
    assertThat(letters().prune(limit)).isZero();
  }

  private static DeadLetter since(DeadLetter letter, Instant since) {
    return changed(letter, letter.event(), letter.raw(), letter.reason(), since);
  }
}

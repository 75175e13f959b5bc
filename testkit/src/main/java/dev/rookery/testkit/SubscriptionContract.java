package dev.rookery.testkit;

import static dev.rookery.testkit.Samples.BOT;
import static dev.rookery.testkit.Samples.USER;
import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.DeadLetter.Failure;
import dev.rookery.NotFound;
import dev.rookery.Position;
import dev.rookery.RetryPolicy;
import dev.rookery.StaleClaim;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.Token;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Control;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Place;
import dev.rookery.spi.SubscriptionStore;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What definitions, cursors and announcements promise. */
public interface SubscriptionContract extends BackendUnderTest {
  Subscription WATCHER = Subscription.of("watcher", "user.**");

  private SubscriptionStore store() {
    return backend().subscriptions();
  }

  private static Place place(long number) {
    return new Place(Position.of(number), number);
  }

  private Claim claimed() {
    return store().claim("watcher", USER, "me", Duration.ofSeconds(9), Optional.empty()).get();
  }

  @Test
  default void aDefinitionIsFoundAsItWasGiven() {
    Subscription full =
        WATCHER
            .where("data.text == 'ü🦉\\'\"' && source != \"x\"")
            .from(Start.parse("2026-01-31T12:00:00.123456789Z"))
            .retry(new RetryPolicy(7, Duration.ofNanos(1), Duration.ofDays(3)))
            .exhausted(Subscription.Exhausted.HOLD)
            .deadline(Duration.ofMillis(1234))
            .concurrency(3)
            .window(5)
            .replayUntil(new Token(Map.of(USER, new Position(7, 3), BOT, Position.ZERO)));

    Control defined = store().define(full, Map.of());

    assertThat(defined.definition()).isEqualTo(full);
    assertThat(defined.paused()).isFalse();
    assertThat(store().find("watcher")).contains(defined);
    assertThat(store().find("other")).isEmpty();
  }

  @Test
  default void everyDefinitionIsListed() {
    Control one = store().define(WATCHER, Map.of());
    Control two = store().define(Subscription.of("two", "a.*"), Map.of());

    assertThat(store().list()).containsExactlyInAnyOrder(one, two);
  }

  @Test
  default void theSameDefinitionAgainChangesNothing() {
    Control first = store().define(WATCHER, Map.of(USER, place(3)));
    long changes = store().changes();

    Control again = store().define(Subscription.of("watcher", "user.**"), Map.of(USER, place(5)));

    assertThat(again).isEqualTo(first);
    assertThat(store().changes()).isEqualTo(changes);
    assertThat(store().cursors("watcher")).isEqualTo(Map.of(USER, Cursor.at(place(3))));
  }

  @Test
  default void aChangedDefinitionRaisesTheRevisionAndKeepsTheRest() {
    store().define(WATCHER, Map.of(USER, place(3)));
    Claim claim = claimed();
    Control paused = store().pause("watcher", true);

    Control changed = store().define(WATCHER.concurrency(2), Map.of(USER, place(9)));

    assertThat(changed.revision()).isGreaterThan(paused.revision());
    assertThat(changed.definition().concurrency()).isEqualTo(2);
    assertThat(changed.paused()).isTrue();
    assertThat(store().load(claim)).isEqualTo(Cursor.at(place(3)));
  }

  @Test
  default void cursorsAreMadeOnceAtTheirStarts() {
    store().define(WATCHER, Map.of(USER, place(3)));
    Claim claim = claimed();
    store().save(claim, Cursor.at(place(4)));

    store().define(WATCHER, Map.of(USER, place(9), BOT, place(7)));

    assertThat(store().cursors("watcher"))
        .isEqualTo(Map.of(USER, Cursor.at(place(4)), BOT, Cursor.at(place(7))));
    assertThat(store().cursors("other")).isEmpty();
  }

  @Test
  default void ofManyWhoDefineAtOnceEachGetsTheSame() {
    List<Control> controls = Together.run(8, n -> store().define(WATCHER, Map.of(USER, place(n))));

    assertThat(new HashSet<>(controls)).hasSize(1);
    assertThat(store().cursors("watcher")).hasSize(1);
  }

  @Test
  default void pausingAndResumingRaiseTheRevision() {
    Control defined = store().define(WATCHER, Map.of());

    Control paused = store().pause("watcher", true);
    assertThat(paused.paused()).isTrue();
    assertThat(paused.revision()).isGreaterThan(defined.revision());
    assertThat(store().find("watcher")).contains(paused);

    Control resumed = store().pause("watcher", false);
    assertThat(resumed.paused()).isFalse();
    assertThat(resumed.revision()).isGreaterThan(paused.revision());
  }

  @Test
  default void pausingWhatIsNotThereIsRefused() {
    assertThatThrownBy(() -> store().pause("nobody", true)).isInstanceOf(NotFound.class);
  }

  @Test
  default void aTouchRaisesTheRevisionAndNothingElse() {
    Control defined = store().define(WATCHER, Map.of(USER, place(3)));

    store().touch("watcher");
    store().touch("nobody");

    Control touched = store().find("watcher").get();
    assertThat(touched.revision()).isGreaterThan(defined.revision());
    assertThat(touched.definition()).isEqualTo(WATCHER);
    assertThat(store().find("nobody")).isEmpty();
  }

  @Test
  default void everyChangeIsSeenInTheNumberOfChanges() {
    long before = store().changes();
    store().define(WATCHER, Map.of());
    long defined = store().changes();
    store().define(WATCHER.window(5), Map.of());
    long redefined = store().changes();
    store().pause("watcher", true);
    long paused = store().changes();
    store().touch("watcher");
    long touched = store().changes();

    assertThat(List.of(before, defined, redefined, paused, touched)).doesNotHaveDuplicates();
    assertThat(store().changes()).isEqualTo(touched);
  }

  @Test
  default void aRemovedSubscriptionIsForgotten() {
    store().define(WATCHER, Map.of(USER, place(3)));
    Claim claim = claimed();

    assertThat(store().remove("watcher")).isTrue();
    assertThat(store().remove("watcher")).isFalse();

    assertThat(store().find("watcher")).isEmpty();
    assertThat(store().list()).isEmpty();
    assertThat(store().cursors("watcher")).isEmpty();
    assertThat(store().claims("watcher")).isEmpty();
    assertThatThrownBy(() -> store().save(claim, Cursor.at(place(4))))
        .isInstanceOf(StaleClaim.class);
    assertThat(store().cursors("watcher")).isEmpty();
  }

  @Test
  default void claimsOfARemovedSubscriptionStayStaleWhenItIsDefinedAgain() {
    store().define(WATCHER, Map.of(USER, place(3)));
    Claim former = claimed();
    store().remove("watcher");
    Control again = store().define(WATCHER, Map.of(USER, place(1)));
    Claim claim = claimed();

    assertThatThrownBy(() -> store().save(former, Cursor.at(place(4))))
        .isInstanceOf(StaleClaim.class);
    assertThat(store().renew(List.of(former))).isEmpty();
    assertThat(store().load(claim)).isEqualTo(Cursor.at(place(1)));
    assertThat(again.paused()).isFalse();
  }

  @Test
  default void aCursorIsLoadedAsItWasSaved() {
    store().define(WATCHER, Map.of(USER, place(0)));
    Claim claim = claimed();
    Instant time = Instant.parse("2026-01-31T12:00:00.123456789Z");
    List<Failure> failures = List.of(new Failure(time, "ü🦉 '\"\\\u0000"), new Failure(time, ""));
    Cursor.Waiting waiting = new Cursor.Waiting(3, time, failures);
    Cursor cursor =
        new Cursor(
            new Place(new Position(Long.MAX_VALUE - 9, 2), 12),
            List.of(
                new Cursor.Range(
                    new Position(Long.MAX_VALUE - 8, 0), new Position(Long.MAX_VALUE - 7, 5), 9)),
            Map.of(new Position(Long.MAX_VALUE - 8, 1), waiting),
            Map.of(
                "key ü🦉 '\"\\/",
                new Cursor.Parked(Optional.of(new Cursor.Head(Position.of(3), waiting)), true),
                "",
                new Cursor.Parked(Optional.empty(), false)),
            7);

    store().save(claim, cursor);

    assertThat(store().load(claim)).isEqualTo(cursor);
    assertThat(store().cursors("watcher")).isEqualTo(Map.of(USER, cursor));
  }

  @Test
  default void aLargeCursorIsKept() {
    store().define(WATCHER, Map.of(USER, place(0)));
    Claim claim = claimed();
    Cursor cursor = new Cursor(place(0), ranges(5_000), Map.of(), Map.of(), 0);

    store().save(claim, cursor);

    assertThat(store().load(claim)).isEqualTo(cursor);
  }

  private static List<Cursor.Range> ranges(int count) {
    return java.util.stream.LongStream.rangeClosed(1, count)
        .mapToObj(n -> new Cursor.Range(Position.of(n * 3), Position.of(n * 3 + 1), 2))
        .toList();
  }

  @Test
  default void aRewindMovesCursorsWhateverTheyHeld() {
    store().define(WATCHER, Map.of(USER, place(3), BOT, place(8)));
    Claim claim = claimed();
    store().save(claim, new Cursor(place(5), ranges(3), Map.of(), Map.of(), 0));

    store().rewind("watcher", Map.of(USER, place(1)));

    assertThat(store().cursors("watcher"))
        .isEqualTo(Map.of(USER, Cursor.at(place(1)), BOT, Cursor.at(place(8))));
  }

  @Test
  default void aRewindTakesTheClaimsAway() {
    store().define(WATCHER, Map.of(USER, place(3)));
    Claim claim = claimed();

    store().rewind("watcher", Map.of(USER, place(1)));

    Claim now = seen("watcher", USER);
    assertThat(now.released()).isTrue();
    assertThat(now.epoch()).isGreaterThan(claim.epoch());
    assertThatThrownBy(() -> store().save(claim, Cursor.at(place(4))))
        .isInstanceOf(StaleClaim.class);
    assertThat(store().cursors("watcher").get(USER)).isEqualTo(Cursor.at(place(1)));
    assertThat(claimed().epoch()).isGreaterThan(now.epoch());
  }

  @Test
  default void rewindingWhatIsNotThereIsRefused() {
    assertThatThrownBy(() -> store().rewind("nobody", Map.of(USER, place(1))))
        .isInstanceOf(NotFound.class);
  }

  @Test
  default void announcedSubscribersKnowOfEachOther() {
    Duration ttl = Duration.ofMinutes(1);
    assertThat(store().announce("watcher", "one", ttl)).containsExactly("one");
    assertThat(store().announce("watcher", "two", ttl)).containsExactlyInAnyOrder("one", "two");
    assertThat(store().announce("other", "three", ttl)).containsExactly("three");

    store().leave("watcher", "one");
    store().leave("watcher", "nobody");

    assertThat(store().announce("watcher", "two", ttl)).containsExactly("two");
  }

  @Test
  default void anAnnouncementEndsWithItsTtl() {
    store().announce("watcher", "one", Duration.ofMillis(50));
    letPass(Duration.ofMillis(100));

    soon()
        .until(() ->
            store()
                .announce("watcher", "two", Duration.ofMinutes(1))
                .equals(java.util.Set.of("two")));
  }
}

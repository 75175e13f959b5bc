package dev.rookery.testkit;

import static dev.rookery.testkit.Samples.BOT;
import static dev.rookery.testkit.Samples.USER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.StaleClaim;
import dev.rookery.Subscription;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Place;
import dev.rookery.spi.SubscriptionStore;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What claims promise, and what the claim's epoch protects. */
@Tag("P3")
@Tag("P4")
public interface ClaimContract extends BackendUnderTest {
  String SHARED = "shared";
  Duration TTL = Duration.ofSeconds(10);

  /** The store, with a subscription to claim. */
  private SubscriptionStore store() {
    SubscriptionStore store = backend().subscriptions();
    store.define(
        Subscription.of(SHARED, "**"), Map.of(USER, Place.BEGINNING, BOT, Place.BEGINNING));
    return store;
  }

  private static Cursor at(long number) {
    return Cursor.at(new Place(Position.of(number), number));
  }

  private Optional<Claim> claim(String owner, Optional<Claim> seen) {
    return store().claim(SHARED, USER, owner, TTL, seen);
  }

  private Claim claimed(String owner) {
    return claim(owner, Optional.empty()).orElseThrow();
  }

  private Claim seen() {
    store();
    return seen(SHARED, USER);
  }

  @Test
  default void aClaimNeverTakenHasNoOwnerAndNoEpoch() {
    Map<Partition, Claim> claims = store().claims(SHARED);

    assertThat(claims).containsOnlyKeys(USER, BOT);
    assertThat(claims.values())
        .allSatisfy(claim -> {
          assertThat(claim.released()).isTrue();
          assertThat(claim.epoch()).isZero();
        });
    assertThat(store().claims("nobody")).isEmpty();
  }

  @Test
  default void aClaimSaysWhoTookIt() {
    Claim claim = claimed("one");

    assertThat(claim.subscription()).isEqualTo(SHARED);
    assertThat(claim.partition()).isEqualTo(USER);
    assertThat(claim.owner()).isEqualTo("one");
    assertThat(claim.ttl()).isEqualTo(TTL);
    assertThat(claim.epoch()).isPositive();
    assertThat(seen()).usingRecursiveComparison().ignoringFields("clean").isEqualTo(claim);
    assertThat(seen(SHARED, BOT).released()).isTrue();
  }

  @Test
  default void aHeldClaimIsNotToBeHad() {
    Claim claim = claimed("one");

    assertThat(claim("two", Optional.empty())).isEmpty();

    assertThat(store().load(claim)).isEqualTo(at(0));
  }

  @Test
  default void aReleasedClaimIsToBeHad() {
    Claim first = claimed("one");
    store().release(first, true);

    Claim second = claimed("two");

    assertThat(second.owner()).isEqualTo("two");
    assertThat(second.epoch()).isGreaterThan(first.epoch());
  }

  @Test
  default void anOwnerTakesItsOwnClaimAgain() {
    Claim first = claimed("one");

    Claim second = claimed("one");

    assertThat(second.epoch()).isGreaterThan(first.epoch());
    assertThatThrownBy(() -> store().save(first, at(1))).isInstanceOf(StaleClaim.class);
    store().save(second, at(2));
    assertThat(store().load(second)).isEqualTo(at(2));
  }

  @Test
  default void aClaimThatStoodStillIsTakenOver() {
    Claim first = claimed("one");

    Claim second = claim("two", Optional.of(seen())).orElseThrow();

    assertThat(second.owner()).isEqualTo("two");
    assertThat(second.epoch()).isGreaterThan(first.epoch());
    assertThatThrownBy(() -> store().save(first, at(1))).isInstanceOf(StaleClaim.class);
  }

  @Test
  default void aClaimThatWasRenewedIsNotTakenOver() {
    Claim first = claimed("one");
    Claim watched = seen();
    store().renew(List.of(first));

    assertThat(claim("two", Optional.of(watched))).isEmpty();
    assertThat(claim("two", Optional.of(seen()))).isPresent();
  }

  @Test
  default void aClaimThatChangedItsOwnerIsNotTakenOver() {
    claimed("one");
    Claim watched = seen();
    Claim second = claim("two", Optional.of(watched)).orElseThrow();

    assertThat(claim("three", Optional.of(watched))).isEmpty();
    assertThat(store().load(second)).isEqualTo(at(0));
  }

  @Test
  default void whereThereIsNoCursorThereIsNoClaim() {
    assertThat(store().claim("nobody", USER, "one", TTL, Optional.empty())).isEmpty();
    assertThat(store().claim(SHARED, new Partition("system", 0), "one", TTL, Optional.empty()))
        .isEmpty();
  }

  @Test
  default void aClaimSaysWhetherTheFormerOwnerEndedCleanly() {
    Claim first = claimed("one");
    store().release(first, true);
    Claim second = claimed("two");
    assertThat(second.clean()).isTrue();

    store().release(second, false);
    Claim third = claimed("three");
    assertThat(third.clean()).isFalse();

    Claim fourth = claim("four", Optional.of(seen())).orElseThrow();
    assertThat(fourth.clean()).isFalse();

    assertThat(claimed("four").clean()).isFalse();
  }

  @Test
  default void renewingRaisesTheRenewalsAndKeepsTheEpoch() {
    Claim claim = claimed("one");

    Claim renewed = store().renew(List.of(claim)).getFirst();

    assertThat(renewed.epoch()).isEqualTo(claim.epoch());
    assertThat(renewed.renewals()).isGreaterThan(claim.renewals());
    assertThat(seen().renewals()).isEqualTo(renewed.renewals());
    store().save(claim, at(1));
    store().save(renewed, at(2));
    assertThat(store().load(renewed)).isEqualTo(at(2));
  }

  @Test
  default void onlyClaimsStillHeldAreRenewed() {
    Claim lost = claimed("one");
    Claim kept = store().claim(SHARED, BOT, "one", TTL, Optional.empty()).orElseThrow();
    claim("two", Optional.of(seen()));

    List<Claim> renewed = store().renew(List.of(lost, kept));

    assertThat(renewed).extracting(Claim::partition).containsExactly(BOT);
    assertThat(seen().owner()).isEqualTo("two");
    assertThat(store().renew(List.of())).isEmpty();
  }

  @Test
  default void aReleasedClaimIsStale() {
    Claim claim = claimed("one");
    store().save(claim, at(1));
    store().release(claim, true);

    assertThatThrownBy(() -> store().save(claim, at(2))).isInstanceOf(StaleClaim.class);
    assertThatThrownBy(() -> store().load(claim)).isInstanceOf(StaleClaim.class);
    assertThat(store().renew(List.of(claim))).isEmpty();
    assertThat(store().cursors(SHARED).get(USER)).isEqualTo(at(1));
    assertThat(seen().released()).isTrue();
  }

  @Test
  default void releasingAStaleClaimChangesNothing() {
    Claim first = claimed("one");
    Claim second = claim("two", Optional.of(seen())).orElseThrow();

    store().release(first, false);

    assertThat(seen().owner()).isEqualTo("two");
    store().save(second, at(1));
    assertThat(store().load(second)).isEqualTo(at(1));
  }

  @Test
  default void aStaleClaimSavesAndLoadsNothing() {
    Claim first = claimed("one");
    store().save(first, at(1));
    Claim second = claim("two", Optional.of(seen())).orElseThrow();

    assertThatThrownBy(() -> store().save(first, at(9))).isInstanceOf(StaleClaim.class);
    assertThatThrownBy(() -> store().load(first)).isInstanceOf(StaleClaim.class);

    assertThat(store().load(second)).isEqualTo(at(1));
  }

  @Test
  default void aSaveLeavesOtherPartitionsAlone() {
    Claim user = claimed("one");
    Claim bot = store().claim(SHARED, BOT, "one", TTL, Optional.empty()).orElseThrow();

    store().save(user, at(5));

    assertThat(store().load(bot)).isEqualTo(at(0));
    assertThat(store().load(user)).isEqualTo(at(5));
  }

  @Test
  default void ofManyChallengersAtOnceOneGetsTheReleasedClaim() {
    List<Optional<Claim>> claims = Together.run(16, n -> claim("owner-" + n, Optional.empty()));

    assertThat(claims).filteredOn(Optional::isPresent).hasSize(1);
    Claim winner = claims.stream().flatMap(Optional::stream).findFirst().orElseThrow();
    assertThat(seen().owner()).isEqualTo(winner.owner());
    store().save(winner, at(1));
  }

  @Test
  default void ofManyChallengersThatWatchedOneTakesOver() {
    claimed("one");
    Claim watched = seen();

    List<Optional<Claim>> claims = Together.run(16, n -> claim("owner-" + n, Optional.of(watched)));

    assertThat(claims).filteredOn(Optional::isPresent).hasSize(1);
  }

  @Test
  default void epochsOfOneClaimAreNeverGivenTwice() {
    List<Claim> claims =
        Together.run(
            8,
            n -> {
              Claim mine = claimed("one");
              store().release(mine, true);
              return mine;
            });

    assertThat(new HashSet<>(claims.stream().map(Claim::epoch).toList())).hasSize(8);
  }

  @Test
  default void nothingIsSavedOnceANewOwnerHasRead() {
    for (int round = 0; round < 20; round++) {
      Claim former = claim("former-" + round, Optional.of(seen())).orElseThrow();
      AtomicReference<@Nullable Cursor> read = new AtomicReference<>();
      Together.run(
          2,
          n -> {
            if (n == 0) {
              saveUntilStale(former, read);
            } else {
              Claim next = claim("next", Optional.of(seen())).orElseThrow();
              read.set(store().load(next));
            }
            return n;
          });
      assertThat(store().cursors(SHARED).get(USER)).isEqualTo(read.get());
    }
  }

  /** Saves on and on, and a little longer than the new owner needs. */
  private void saveUntilStale(Claim claim, AtomicReference<@Nullable Cursor> read) {
    try {
      int more = 100;
      for (long number = 1; more > 0; number++) {
        store().save(claim, at(number));
        more -= read.get() == null ? 0 : 1;
      }
    } catch (StaleClaim e) {
      // taken over
    }
  }
}

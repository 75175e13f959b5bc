package dev.rookery.engine;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.DeadLetterStore;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A claim that was won, and where its owner goes on.
 *
 * @param asideKeys keys of which the dead-letter store may hold what comes before what is in the
 *     log
 */
record TakeOver(Claim claim, Cursor cursor, SortedSet<String> asideKeys) {

  /**
   * Claims first and reads second: what a former owner saves after the claim is stale, so what was
   * read stays true. What the former owner gave up but had no time to save as settled is settled:
   * its dead letter is there, and later events of its key may have been handled.
   *
   * @param seen the claim as the challenger saw it
   * @return empty where it was not to be had any more
   */
  static Optional<TakeOver> attempt(Backend backend, Claim seen, String owner, Duration ttl) {
    return backend
        .subscriptions()
        .claim(seen.subscription(), seen.partition(), owner, ttl, Optional.of(seen))
        .map(claim -> of(backend, claim));
  }

  private static TakeOver of(Backend backend, Claim claim) {
    String subscription = claim.subscription();
    Partition partition = claim.partition();
    Cursor cursor = backend.subscriptions().load(claim);
    DeadLetterStore letters = backend.deadLetters();
    SortedSet<String> keys = new TreeSet<>(letters.parked(subscription, partition).keySet());
    if (claim.clean()) {
      return new TakeOver(claim, cursor, keys);
    }
    NavigableMap<Position, String> givenUp =
        letters.givenUp(subscription, partition, cursor.floor().position());
    keys.addAll(givenUp.values());
    return new TakeOver(claim, cursor.settling(givenUp.navigableKeySet()), keys);
  }
}

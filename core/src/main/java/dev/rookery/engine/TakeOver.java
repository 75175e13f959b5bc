package dev.rookery.engine;

import dev.rookery.spi.Backend;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Cursor;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** A claim that was won, and where its owner goes on. */
record TakeOver(Claim claim, Cursor cursor, Set<String> parkedKeys) {

  /**
   * Claims first and reads second: what a former owner saves after the claim is stale, so what was
   * read stays true.
   *
   * @param seen the claim as the challenger saw it
   * @return empty where it was not to be had any more
   */
  static Optional<TakeOver> attempt(Backend backend, Claim seen, String owner, Duration ttl) {
    return backend
        .subscriptions()
        .claim(seen.subscription(), seen.partition(), owner, ttl, Optional.of(seen))
        .map(claim ->
            new TakeOver(
                claim,
                backend.subscriptions().load(claim),
                backend.deadLetters().parked(seen.subscription(), seen.partition()).keySet()));
  }
}

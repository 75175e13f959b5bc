package dev.rookery.spi;

import dev.rookery.Partition;
import dev.rookery.Subscription;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Subscriptions: their definitions, who works on them, and how far they got. What changes a cursor
 * carries a claim, and the claim's epoch is compared in the same atomic step.
 */
public interface SubscriptionStore {
  /**
   * Stores a definition, new or changed, and makes a cursor for each partition in {@code starts}
   * that has none yet, in one atomic step. The same definition again changes nothing, not the
   * revision either.
   */
  Control define(Subscription definition, Map<Partition, Place> starts);

  Optional<Control> find(String name);

  List<Control> list();

  /**
   * Pauses or resumes.
   *
   * @throws dev.rookery.NotFound when there is none of that name
   */
  Control pause(String name, boolean paused);

  /**
   * Raises the revision, so that owners look for what operators did; nothing where there is none of
   * that name.
   */
  void touch(String name);

  /**
   * Forgets definition, cursors and claims; whether there was one. Later saves under its claims are
   * stale.
   */
  boolean remove(String name);

  /**
   * A number that differs from an earlier answer if any subscription's revision changed since;
   * cheap to ask for.
   */
  long changes();

  /** The cursors as they were saved last. */
  Map<Partition, Cursor> cursors(String name);

  /**
   * Moves cursors, whatever they held: each becomes a fresh one at its place. Raises the epochs and
   * empties the owners, so that what former owners still save is stale.
   *
   * @throws dev.rookery.NotFound when there is none of that name
   */
  void rewind(String name, Map<Partition, Place> to);

  /**
   * The claims as they are, one for each partition with a cursor; those never taken have epoch 0
   * and no owner.
   */
  Map<Partition, Claim> claims(String name);

  /**
   * Takes a claim if it is released, or belongs to this owner already, or if its epoch and renewals
   * still are what the challenger saw before it watched them stand still for the ttl. Raises the
   * epoch.
   *
   * @param seen what the challenger watched, empty for none
   * @return the claim, whose {@code clean} says how the former owner ended, or empty where it is
   *     not to be had
   */
  Optional<Claim> claim(
      String name, Partition partition, String owner, Duration ttl, Optional<Claim> seen);

  /** Renews claims; returns those that are still the callers', renewed. */
  List<Claim> renew(Collection<Claim> claims);

  /** Gives a claim back; {@code clean} as in {@link Claim}. A stale claim is passed over. */
  void release(Claim claim, boolean clean);

  /**
   * The cursor, read under a claim.
   *
   * @throws dev.rookery.StaleClaim when the claim is no longer the caller's
   */
  Cursor load(Claim claim);

  /**
   * Saves the cursor.
   *
   * @throws dev.rookery.StaleClaim when the claim is no longer the caller's; nothing is changed
   */
  void save(Claim claim, Cursor cursor);

  /**
   * Announces a subscriber of a subscription for the ttl and returns all that are announced, itself
   * included.
   */
  Set<String> announce(String name, String subscriber, Duration ttl);

  /** Takes an announcement back. */
  void leave(String name, String subscriber);
}

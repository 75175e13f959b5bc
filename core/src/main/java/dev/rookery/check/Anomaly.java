package dev.rookery.check;

import java.util.Locale;

/** What a history can show that must not be. */
public enum Anomaly {
  /** An event with a receipt never reached a subscription that wants it, nor did a later one. */
  LOST,
  /**
   * An event with a receipt never reached a subscription, which got later ones of its partition.
   */
  SKIPPED,
  /** A delivery was begun, or failed and was to be repeated, and at the end had not ended. */
  STUCK,
  /**
   * An event reached a subscription though nobody published it, or its publish certainly failed.
   */
  PHANTOM,
  /** A subscription had more duplicates than it may. */
  TOO_MANY_DUPLICATES,
  /** A key's first handlings, or its receipts, contradict the order of its events. */
  OUT_OF_ORDER,
  /** Two events are at one position, or one event is at two. */
  POSITION_CONFLICT,
  /** An event got a position before that of an event that was there when its publish began. */
  POSITION_REUSED,
  /** A log that counts its positions without gaps has one at which no event is known. */
  GAP,
  /** Somebody who had lost a claim could settle under it, or one epoch was given to two. */
  STALE_EPOCH,
  /** An outside effect was applied twice, or not at all though the event was handled. */
  NOT_ONE_EFFECT;

  /** As people read it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}

package dev.rookery.check;

import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.ToLongFunction;

/**
 * What a history is held to. {@link #of} asks for what every bus promises of every history; the
 * rest is asked for where the history says enough to judge it.
 *
 * @param subscriptions those that must get what they want; handlings of others are foreign
 * @param wants whether a subscription, named first, wants a type
 * @param duplicates how many duplicates a subscription may have
 * @param everyPublishKnown whether every publish is in the history from its beginning
 * @param contiguous whether the positions of a partition rise by one
 * @param effects the subscriptions of which each handled event has one {@link HistoryLine.Applied}
 */
public record Rules(
    Set<String> subscriptions,
    BiPredicate<String, String> wants,
    ToLongFunction<String> duplicates,
    boolean everyPublishKnown,
    boolean contiguous,
    Set<String> effects) {
  public Rules {
    subscriptions = Set.copyOf(subscriptions);
    effects = Set.copyOf(effects);
  }

  /** Subscriptions that want everything and may have any number of duplicates. */
  public static Rules of(Set<String> subscriptions) {
    return new Rules(subscriptions, (_, _) -> true, _ -> Long.MAX_VALUE, false, false, Set.of());
  }

  /** With this to say whether a subscription, named first, wants a type. */
  public Rules wanting(BiPredicate<String, String> those) {
    return new Rules(subscriptions, those, duplicates, everyPublishKnown, contiguous, effects);
  }

  /** With a bound for each subscription's duplicates, such as its window times the crashes. */
  public Rules duplicatesAtMost(ToLongFunction<String> bound) {
    return new Rules(subscriptions, wants, bound, everyPublishKnown, contiguous, effects);
  }

  /** With this bound for every subscription. */
  public Rules duplicatesAtMost(long bound) {
    return duplicatesAtMost(_ -> bound);
  }

  /**
   * With phantoms found. Each publisher writes a {@link HistoryLine.Publishing} before it calls the
   * bus, and nobody else publishes what the subscriptions want; without this, handlings of unknown
   * events are counted as foreign, and receipts have to be given before handlings.
   */
  public Rules knowingEveryPublish() {
    return new Rules(subscriptions, wants, duplicates, true, contiguous, effects);
  }

  /** With gaps found: positions of a partition rise by one, and nobody else publishes there. */
  public Rules withContiguousPositions() {
    return new Rules(subscriptions, wants, duplicates, everyPublishKnown, true, effects);
  }

  /** With the effects of these subscriptions' handlings counted: one for each event. */
  public Rules withOneEffectIn(Set<String> those) {
    return new Rules(subscriptions, wants, duplicates, everyPublishKnown, contiguous, those);
  }
}

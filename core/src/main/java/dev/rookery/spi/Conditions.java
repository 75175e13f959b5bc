package dev.rookery.spi;

import dev.rookery.Event;
import java.util.function.Predicate;

/** Understands the conditions of subscriptions; found with {@link java.util.ServiceLoader}. */
public interface Conditions {
  /**
   * Compiles a condition. The predicate is total: it never throws, and what cannot be computed for
   * an event, such as a missing field, is false.
   *
   * @throws dev.rookery.InvalidInput when the text is no condition, is too large or too costly
   */
  Predicate<Event> compile(String condition);
}

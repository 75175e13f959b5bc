package dev.rookery.engine;

import dev.rookery.Catalogue;
import dev.rookery.Event;
import dev.rookery.InvalidInput;
import dev.rookery.Subscription;
import dev.rookery.TypePattern;
import dev.rookery.spi.Conditions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Predicate;

/**
 * Whether an event is of interest: by its type under any of its names, then by a condition. For one
 * thread.
 */
final class Interest implements Predicate<Event> {
  private static final int REMEMBERED_TYPES = 10_000;

  private final List<TypePattern> patterns;
  private final Catalogue catalogue;
  private final Predicate<Event> condition;
  private final Map<String, Boolean> byType = new HashMap<>();

  /**
   * An interest in types and a condition.
   *
   * @throws InvalidInput when the condition is none
   */
  Interest(List<TypePattern> patterns, Optional<String> where, Catalogue catalogue) {
    this.patterns = patterns;
    this.catalogue = catalogue;
    this.condition = where.map(Interest::compile).orElse(event -> true);
  }

  static Interest of(Subscription subscription, Catalogue catalogue) {
    return new Interest(subscription.patterns(), subscription.where(), catalogue);
  }

  private static Predicate<Event> compile(String where) {
    return ServiceLoader.load(Conditions.class)
        .findFirst()
        .orElseThrow(() ->
            new InvalidInput(
                "conditions need the module rookery-conditions on the class path; add it, or leave the condition out"))
        .compile(where);
  }

  @Override
  public boolean test(Event event) {
    Boolean known = byType.get(event.type());
    if (known == null) {
      known =
          patterns.isEmpty()
              || patterns.stream().anyMatch(pattern -> catalogue.matches(pattern, event.type()));
      if (byType.size() >= REMEMBERED_TYPES) {
        byType.clear();
      }
      byType.put(event.type(), known);
    }
    return known && condition.test(event);
  }
}

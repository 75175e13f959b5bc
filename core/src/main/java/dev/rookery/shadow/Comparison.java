package dev.rookery.shadow;

import dev.rookery.Causation;
import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.Payload;
import dev.rookery.Token;
import dev.rookery.Undecodable;
import dev.rookery.shadow.ShadowReport.Difference;
import dev.rookery.shadow.ShadowReport.Failure;
import dev.rookery.shadow.ShadowReport.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Holds what would have been published beside what is stored.
 *
 * <p>A stored event is the bot's if it names a cause that the bot handled and has an id that the
 * bot's subscription gives to an effect of it. Of those that the bot published under ids of its own
 * only the ones are known that it would publish again.
 */
final class Comparison {
  private static final int MOST_SHOWN = 1_000;

  /** How many more effects of a cause may be stored than the bot would have published. */
  private static final int MOST_MISSING = 32;

  private final String subscription;
  private final Map<String, Draft> open = new LinkedHashMap<>();
  private final Map<String, List<Event>> causes = new HashMap<>();
  private final Map<String, Integer> effects = new HashMap<>();
  private final List<Difference> differences = new ArrayList<>();
  private long differing;
  private long same;

  Comparison(String subscription) {
    this.subscription = subscription;
  }

  void handled(Event cause, List<Draft> published) {
    causes.computeIfAbsent(cause.id(), _ -> new ArrayList<>(1)).add(withoutData(cause));
    effects.put(key(cause), published.size());
    published.forEach(draft -> open.put(draft.id().orElseThrow(), draft));
  }

  private static Event withoutData(Event cause) {
    return cause.withData(cause.version(), Payload.EMPTY);
  }

  private static String key(Event cause) {
    return cause.source() + '\n' + cause.id();
  }

  /** Takes the next event of history. */
  void stored(Event event) {
    Draft published = open.remove(event.id());
    if (published != null) {
      if (isSame(event, published)) {
        same++;
      } else {
        differ(Kind.DIFFERENT, event.id(), Optional.of(event), Optional.of(published));
      }
    } else if (event.causation().filter(cause -> isEffectOf(cause, event)).isPresent()) {
      differ(Kind.MISSING, event.id(), Optional.of(event), Optional.empty());
    }
  }

  private boolean isEffectOf(String causeId, Event event) {
    for (Event cause : causes.getOrDefault(causeId, List.of())) {
      int known = effects.getOrDefault(key(cause), 0);
      for (int number = 1; number <= known + MOST_MISSING; number++) {
        if (Causation.derivedId(subscription, cause, number).equals(event.id())) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isSame(Event event, Draft draft) {
    return draft.type().equals(event.type())
        && draft.key().filter(key -> !key.equals(event.key())).isEmpty()
        && draft.version().filter(version -> version != event.version()).isEmpty()
        && isSame(event.data(), draft.data());
  }

  private static boolean isSame(Payload stored, Payload published) {
    if (stored.equals(published)) {
      return true;
    }
    try {
      return stored.isJson() && published.isJson() && stored.tree().equals(published.tree());
    } catch (Undecodable e) {
      return false;
    }
  }

  private void differ(Kind kind, String id, Optional<Event> stored, Optional<Draft> published) {
    differing++;
    if (differences.size() < MOST_SHOWN) {
      String cause =
          stored.flatMap(Event::causation).or(() -> published.flatMap(Draft::causation)).orElse("");
      differences.add(new Difference(kind, cause, id, stored, published));
    }
  }

  ShadowReport report(long handled, List<Failure> failures, Optional<Token> next) {
    open.forEach((id, draft) -> differ(Kind.ADDITIONAL, id, Optional.empty(), Optional.of(draft)));
    return new ShadowReport(handled, failures, same, differences, differing, next);
  }
}

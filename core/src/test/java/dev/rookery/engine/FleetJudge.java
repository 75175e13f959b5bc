package dev.rookery.engine;

import dev.rookery.DeadLetter;
import dev.rookery.Delivery;
import dev.rookery.Event;
import dev.rookery.Outcome;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.PositionTrimmed;
import dev.rookery.Subscription;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Cursor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Sees all that happens in a simulated fleet and says at once when a promise is broken. */
final class FleetJudge {
  private static final boolean TELLING = Long.getLong("rookery.seed", 0) != 0;

  private record Place(Partition partition, long position) {}

  private record Attempted(String life, Place place) {}

  /** An event that is handed out again after it was handled so many times. */
  private record Again(Place place, int times) {}

  private record Key(Partition partition, String key) {}

  private final Subscription subscription;
  private final Backend backend;
  private final Map<Place, Event> events = new HashMap<>();
  private final Map<Partition, Long> last = new HashMap<>();
  private final Set<String> broken = new HashSet<>();
  private final Set<Place> handled = new HashSet<>();
  private final Set<Place> asideOnce = new HashSet<>();
  private final Set<Place> givenUp = new HashSet<>();
  private final Set<Place> discarded = new HashSet<>();
  private final Map<Partition, Cursor> saved = new HashMap<>();
  private final Map<Key, Long> firstHandled = new HashMap<>();
  private final Map<String, Map<String, Place>> running = new HashMap<>();
  private final Map<Attempted, Instant> notBefore = new HashMap<>();
  private final Map<Long, Instant> renewedAt = new HashMap<>();
  private final Map<Partition, Integer> mayComeAgain = new HashMap<>();
  private final Map<Place, Integer> times = new HashMap<>();
  private final Set<Again> again = new HashSet<>();
  private final Map<Place, Integer> begun = new HashMap<>();
  private final Map<Place, Integer> kills = new HashMap<>();
  private final Set<String> occurred = new HashSet<>();
  private final List<String> lives = new ArrayList<>();
  private final Map<Place, List<String>> stories = new HashMap<>();

  private final Map<Partition, Position> replay = new HashMap<>();
  private final Set<Partition> replayed = new HashSet<>();

  FleetJudge(Subscription subscription, Backend backend) {
    this.subscription = subscription;
    this.backend = backend;
  }

  @SuppressWarnings("AnnotateFormatMethod")
  private AssertionError broken(String promise, Object... arguments) {
    StringBuilder text = new StringBuilder(promise.formatted(arguments));
    for (Object argument : arguments) {
      if (argument instanceof Place place) {
        text.append("\n").append(String.join("\n", stories.getOrDefault(place, List.of())));
      }
    }
    if (TELLING) {
      text.append("\nowners: ").append(String.join(", ", lives));
    }
    return new AssertionError(text.toString());
  }

  /** What became of an event, kept for the message where one seed is looked at. */
  @SuppressWarnings("AnnotateFormatMethod")
  private void tell(Place place, String what, Object... arguments) {
    if (TELLING) {
      String line = what.formatted(arguments);
      stories.computeIfAbsent(place, p -> new ArrayList<>()).add(line);
      if (Boolean.getBoolean("rookery.tell")) {
        System.out.println(place + " " + line);
      }
    }
  }

  // ---- what happens

  /** The subscription is a replay, which ends here. */
  void replays(Map<Partition, Position> ends) {
    replay.putAll(ends);
  }

  void replayEnded(Partition partition) {
    replayed.add(partition);
  }

  /** Whether a replay has ended everywhere. */
  boolean hasReplayed() {
    return replayed.equals(replay.keySet());
  }

  private boolean isBehindReplay(Place place) {
    Position end = replay.get(place.partition);
    return end != null && Position.of(place.position).isAfter(end);
  }

  void published(Partition partition, Event event) {
    long position = last.merge(partition, 1L, Long::sum);
    events.put(new Place(partition, position), event);
  }

  long published(Partition partition) {
    return last.getOrDefault(partition, 0L);
  }

  void broken(String id) {
    broken.add(id);
  }

  void began(String life, Claim claim) {
    lives.add(life + (claim.clean() ? " after a clean end" : ""));
    running.put(life, new HashMap<>());
    if (!claim.clean()) {
      mayComeAgain.merge(claim.partition(), subscription.window(), Integer::sum);
    }
  }

  void begins(String life, Delivery delivery, Instant now) {
    Place place = new Place(delivery.partition(), delivery.position().high());
    Event event = delivery.event();
    tell(place, "%s %s begins attempt %s of key %s", now, life, delivery.attempt(), event.key());
    if (!event.type().equals(SimulatedFleet.WANTED)) {
      throw broken("%s was not asked for", place);
    }
    if (replayed.contains(place.partition) || isBehindReplay(place)) {
      throw broken("%s is handed out though the replay ends before", place);
    }
    if (givenUp.contains(place) && !delivery.redriven()) {
      throw broken("%s was given up and is handed out again", place);
    }
    if (event.expiry().filter(now::isAfter).isPresent()) {
      throw broken("%s had expired", place);
    }
    if (delivery.attempt() > subscription.retry().maxAttempts()) {
      throw broken("attempt %s of %s", delivery.attempt(), place);
    }
    Place other = running.get(life).put(event.key(), place);
    if (other != null) {
      throw broken("%s and %s of one key are handled at once", other, place);
    }
    if (now.isBefore(notBefore.getOrDefault(new Attempted(life, place), Instant.MIN))) {
      throw broken("%s is tried again too early", place);
    }
    if (begun.merge(place, 1, Integer::sum) > 200) {
      throw broken("%s is handed out again and again", place);
    }
    if (delivery.attempt() > 1) {
      occurred.add("Retry");
    }
    if (handled.contains(place) && !asideOnce.contains(place)) {
      handedOutAgain(place);
    }
  }

  private void handedOutAgain(Place place) {
    Cursor cursor = saved.get(place.partition);
    if (cursor != null && settles(cursor, place.position)) {
      throw broken("%s is handed out again though its cursor was saved", place);
    }
    boolean counted = !again.add(new Again(place, times.getOrDefault(place, 0)));
    if (!counted && mayComeAgain.merge(place.partition, -1, Integer::sum) < 0) {
      throw broken("more than a window for each take-over is handed out again, with %s", place);
    }
  }

  private static boolean settles(Cursor cursor, long position) {
    return cursor.floor().position().high() >= position
        || cursor.settled().stream()
            .anyMatch(range -> range.first().high() <= position && position <= range.last().high());
  }

  void ends(String life, Delivery delivery, Outcome outcome, Instant now) {
    Place place = new Place(delivery.partition(), delivery.position().high());
    running.get(life).remove(delivery.event().key());
    tell(place, "%s %s ends with %s", now, life, outcome);
    occurred.add(outcome.getClass().getSimpleName());
    if (outcome instanceof Outcome.Failed failed) {
      failed.delay().ifPresent(delay -> notBefore.put(new Attempted(life, place), now.plus(delay)));
    }
    if (outcome instanceof Outcome.Handled) {
      occurred.add("Ack");
      times.merge(place, 1, Integer::sum);
      givenUp.remove(place);
      // An owner that stood still may end what expired for its successor
      boolean inOrder =
          delivery.event().expiry().isEmpty()
              && (!delivery.redriven() || subscription.exhausted() == Subscription.Exhausted.HOLD);
      Key key = new Key(delivery.partition(), delivery.event().key());
      long before = firstHandled.getOrDefault(key, 0L);
      if (handled.add(place) && inOrder && before > place.position) {
        throw broken(
            "%s of %s comes after %s", place, key.key, new Place(delivery.partition(), before));
      }
      firstHandled.merge(key, place.position, Math::max);
    }
  }

  void saved(Claim claim, Cursor cursor) {
    Cursor before = saved.put(claim.partition(), cursor);
    if (TELLING) {
      tell(
          new Place(claim.partition(), 0),
          "epoch %s saved floor %s",
          claim.epoch(),
          cursor.floor());
      cursor
          .waiting()
          .forEach((position, waiting) ->
              tell(
                  new Place(claim.partition(), position.high()),
                  "saved with %s attempts, not before %s",
                  waiting.attempts(),
                  waiting.notBefore()));
    }
    if (before != null && before.floor().position().isAfter(cursor.floor().position())) {
      throw broken("the floor fell from %s to %s", before.floor(), cursor.floor());
    }
  }

  void buried(List<DeadLetter> letters) {
    for (DeadLetter letter : letters) {
      Place place = new Place(letter.partition(), letter.position().high());
      tell(place, "kept aside as %s after %s attempts", letter.reason(), letter.attempts());
      occurred.add(letter.reason().name());
      asideOnce.add(place);
      if (letter.reason() != DeadLetter.Reason.PARKED) {
        occurred.add("Dead");
        givenUp.add(place);
      }
    }
  }

  void redriven(DeadLetter letter) {
    Place place = new Place(letter.partition(), letter.position().high());
    tell(place, "asked for again");
    kills.remove(place);
  }

  void kills(Delivery delivery) {
    Place place = new Place(delivery.partition(), delivery.position().high());
    if (kills.merge(place, 1, Integer::sum) > subscription.retry().maxAttempts() + 20) {
      throw broken("%s ends its process again and again", place);
    }
  }

  void discarded(DeadLetter letter) {
    Place place = new Place(letter.partition(), letter.position().high());
    discarded.add(place);
    givenUp.remove(place);
  }

  void renewed(Claim claim, Instant now) {
    renewedAt.put(claim.epoch(), now);
  }

  void tookOver(Claim before, Claim now, Instant at) {
    Instant since = renewedAt.getOrDefault(before.epoch(), Instant.MIN);
    boolean givenBack = before.released() || now.clean();
    if (!givenBack && at.isBefore(since.plus(before.ttl()))) {
      throw broken("%s is taken from an owner that renewed at %s", now, since);
    }
    renewedAt.put(now.epoch(), at);
  }

  void trimmed(Claim claim, PositionTrimmed e) {
    Claim now = backend.subscriptions().claims(claim.subscription()).get(claim.partition());
    if (now != null && now.epoch() == claim.epoch()) {
      throw broken("the owner finds events trimmed: %s", e.getMessage());
    }
  }

  Set<String> occurred() {
    return occurred;
  }

  // ---- at the end

  /** Nothing that was wanted is missing. */
  void checkNothingIsLost(List<DeadLetter> kept) {
    Set<Place> aside = new HashSet<>();
    for (DeadLetter letter : kept) {
      aside.add(new Place(letter.partition(), letter.position().high()));
    }
    List<String> lost = new ArrayList<>();
    events.forEach((place, event) -> {
      boolean wanted =
          event.type().equals(SimulatedFleet.WANTED) && event.expiry().isEmpty()
              || broken.contains(event.id());
      if (wanted
          && !isBehindReplay(place)
          && !handled.contains(place)
          && !aside.contains(place)
          && !discarded.contains(place)) {
        lost.add(event.id() + " at " + place);
      }
    });
    if (!lost.isEmpty()) {
      throw broken("%s events are lost, such as %s", lost.size(), lost.getFirst());
    }
  }

  /** What is kept aside in the end are only the entries that cannot be read. */
  void checkNothingIsLeft(List<DeadLetter> kept) {
    for (DeadLetter letter : kept) {
      if (letter.event().isPresent()) {
        throw broken("%s of %s is still kept aside", letter.reason(), letter.id());
      }
    }
  }

  Position end(Partition partition) {
    return Position.of(published(partition));
  }
}

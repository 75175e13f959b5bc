package dev.rookery.check;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.check.OpenEvent.Spot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which event is at which position. Of an event that is through a fingerprint is kept, so that a
 * late duplicate is told from an event that nobody published.
 */
final class Places {
  private final Notes notes;
  private final boolean contiguous;
  private final Fingerprints placeOfId = new Fingerprints();
  private final Fingerprints idAtPlace = new Fingerprints();
  private final Map<Partition, Integer> numbers = new HashMap<>();
  private final List<Position> highest = new ArrayList<>();
  private final Map<Partition, Runs> runs = new TreeMap<>();

  /** The highest position that was known in each partition at a moment. */
  static final class Heights {
    static final Heights UNKNOWN = new Heights(new Position[0]);
    private final Position[] positions;

    private Heights(Position[] positions) {
      this.positions = positions;
    }
  }

  Places(Notes notes, boolean contiguous) {
    this.notes = notes;
    this.contiguous = contiguous;
  }

  Heights heights() {
    return new Heights(highest.toArray(Position[]::new));
  }

  /** Whether the event is known to be, or to have been, at a position. */
  boolean knows(String id) {
    return placeOfId.get(Fingerprints.of(id)) != Fingerprints.NONE;
  }

  /** Notes a conflict where the event, which is through, is said to be somewhere else. */
  void again(String id, Spot spot) {
    if (placeOfId.get(Fingerprints.of(id)) != fingerprint(spot)) {
      notes.note(Anomaly.POSITION_CONFLICT, () -> id + " is at " + spot + " and elsewhere");
    }
  }

  /**
   * Takes where an event is said to be. It stays where it was first said to be.
   *
   * @param fresh whether it was certainly not stored before the history began
   */
  void take(OpenEvent event, Spot spot, boolean fresh) {
    if (event.spot().isPresent()) {
      if (!event.spot().get().equals(spot)) {
        notes.note(Anomaly.POSITION_CONFLICT, () -> event + " is at " + spot + ", too");
      }
      return;
    }
    event.isAt(spot);
    long id = Fingerprints.of(event.id);
    long place = fingerprint(spot);
    long other = idAtPlace.get(place);
    placeOfId.put(id, place);
    if (other == Fingerprints.NONE) {
      idAtPlace.put(place, id);
      rise(event, spot, fresh);
    } else if (other != id) {
      notes.note(Anomaly.POSITION_CONFLICT, () -> event + " is where another event is");
    }
  }

  private void rise(OpenEvent event, Spot spot, boolean fresh) {
    int number = numbers.computeIfAbsent(spot.partition(), this::next);
    Position[] before = event.before.positions;
    if (fresh && number < before.length && !spot.position().isAfter(before[number])) {
      Position then = before[number];
      notes.note(
          Anomaly.POSITION_REUSED,
          () -> event + ", which was published when " + then + " was there");
    }
    if (spot.position().isAfter(highest.get(number))) {
      highest.set(number, spot.position());
    }
    if (contiguous) {
      runs.computeIfAbsent(spot.partition(), _ -> new Runs()).add(spot.position().high(), fresh);
    }
  }

  private int next(Partition partition) {
    highest.add(Position.ZERO);
    return highest.size() - 1;
  }

  private static long fingerprint(Spot spot) {
    return Fingerprints.of(spot.partition(), spot.position());
  }

  /**
   * Notes positions at which no event is known.
   *
   * @param elsewhere how many events may be there without anybody knowing
   */
  void gaps(Notes verdict, long elsewhere) {
    long missing = runs.values().stream().mapToLong(Runs::missing).sum();
    if (missing > elsewhere) {
      verdict.note(Anomaly.GAP, missing - elsewhere, () -> "nothing is known at " + shown());
    }
  }

  private String shown() {
    StringBuilder text = new StringBuilder();
    runs.forEach((partition, run) -> {
      if (run.missing() > 0) {
        text.append(text.isEmpty() ? "" : ", ").append(partition).append('@').append(run.gap());
      }
    });
    return text.toString();
  }
}

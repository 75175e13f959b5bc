package dev.rookery.check;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.check.OpenEvent.Spot;
import java.util.HashMap;
import java.util.Map;

/** What one subscription had. */
final class Progress {
  final String subscription;

  /** Its place among the subscriptions. */
  final int index;

  final boolean hasEffects;
  final Latencies latencies = new Latencies();
  long delivered;
  long duplicates;

  private final KeyOrder order;
  private final Map<Partition, Position> highest = new HashMap<>();

  Progress(String subscription, int index, boolean hasEffects, Notes notes) {
    this.subscription = subscription;
    this.index = index;
    this.hasEffects = hasEffects;
    this.order = new KeyOrder(notes, subscription);
  }

  /** Takes a first handling that went well. */
  void first(OpenEvent event, boolean redriven, long atMicros) {
    Spot spot = event.spot().orElseThrow();
    event.handled.set(index);
    delivered++;
    latencies.record((atMicros - event.sentMicros) * 1_000);
    order.handled(event, redriven);
    highest.merge(spot.partition(), spot.position(), (a, b) -> b.isAfter(a) ? b : a);
  }

  /** Why an event that the subscription wants and has not handled did not come. */
  Anomaly missing(OpenEvent event) {
    if (event.waiting.get(index)) {
      return Anomaly.STUCK;
    }
    return event.spot().filter(this::isPast).isPresent() ? Anomaly.SKIPPED : Anomaly.LOST;
  }

  private boolean isPast(Spot spot) {
    return highest.getOrDefault(spot.partition(), Position.ZERO).isAfter(spot.position());
  }
}

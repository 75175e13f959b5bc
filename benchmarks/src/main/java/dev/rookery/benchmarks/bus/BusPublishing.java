package dev.rookery.benchmarks.bus;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Payload;
import dev.rookery.Published;
import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Sample;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Publishes on a bus. */
record BusPublishing(EventBus bus) implements Publishing {
  @Override
  public void publish(List<Sample> events) {
    if (events.size() == 1) {
      bus.publish(draft(events.getFirst()));
      return;
    }
    bus.publishAll(events.stream().map(BusPublishing::draft).toList()).forEach(Published::receipt);
  }

  static Draft draft(Sample sample) {
    return new Draft(
        Optional.of(sample.id()),
        Sample.TYPE,
        Optional.of(sample.source()),
        Optional.of(sample.key()),
        Optional.of(sample.time()),
        Optional.of(sample.correlation()),
        Optional.empty(),
        Optional.of(Sample.VERSION),
        Payload.wrap(Payload.JSON, sample.data()),
        Map.of());
  }
}

package dev.rookery.benchmarks.bus;

import dev.rookery.EventBus;
import dev.rookery.Operations.Metric;
import dev.rookery.Subscriber;
import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Running;
import dev.rookery.benchmarks.load.Tally;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A bus with a subscriber for every tally. */
final class RunningBus implements Running {
  private static final Duration DRAIN = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofMillis(10);
  private static final int LOOKS = 500;

  private final EventBus bus;
  private final List<ProcessHandle> servers;
  private final Closeable beneath;
  private final List<Subscriber> subscribers = new ArrayList<>();
  private final double decodedBefore;
  private final double publishedBefore;

  /**
   * Begins with the subscriptions.
   *
   * @param servers the processes beneath it
   * @param beneath what the bus stands on, closed after it
   */
  RunningBus(
      EventBus bus,
      BusSettings settings,
      List<Tally> tallies,
      List<ProcessHandle> servers,
      Closeable beneath) {
    this.bus = bus;
    this.servers = List.copyOf(servers);
    this.beneath = beneath;
    this.decodedBefore = sum("rookery_decoded_total");
    this.publishedBefore = sum("rookery_published_total");
    for (int i = 0; i < tallies.size(); i++) {
      Tally tally = tallies.get(i);
      subscribers.add(
          bus.subscribe(settings.subscription(i), event -> tally.take(event.data().bytes())));
    }
  }

  @Override
  public Publishing publishing() {
    return new BusPublishing(bus);
  }

  @Override
  public List<ProcessHandle> servers() {
    return servers;
  }

  @Override
  public long settle() throws InterruptedException {
    subscribers.forEach(subscriber -> subscriber.drain(DRAIN));
    // Over the wire the place may be saved a moment after the subscriber has gone
    for (int look = 0; look < LOOKS && lag() > 0; look++) {
      Thread.sleep(LOOK);
    }
    return lag();
  }

  private long lag() {
    return bus.operations().subscriptions().stream().mapToLong(info -> info.lagEvents()).sum();
  }

  /** How often each event was read and decoded, over all subscriptions. */
  @Override
  public Map<String, Double> figures() {
    double decoded = sum("rookery_decoded_total") - decodedBefore;
    double published = sum("rookery_published_total") - publishedBefore;
    return published == 0 ? Map.of() : Map.of("decodedPerEvent", decoded / published);
  }

  private double sum(String name) {
    return bus.operations().metrics().stream()
        .filter(metric -> metric.name().equals(name))
        .mapToDouble(Metric::value)
        .sum();
  }

  private void remove(Subscriber subscriber) {
    bus.operations().remove(subscriber.subscription().name());
  }

  @Override
  public void close() throws IOException {
    try (beneath;
        bus) {
      subscribers.forEach(Subscriber::abandon);
      subscribers.forEach(this::remove);
    }
  }
}

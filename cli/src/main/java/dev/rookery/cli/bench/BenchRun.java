package dev.rookery.cli.bench;

import dev.rookery.Address;
import dev.rookery.EventBus;
import dev.rookery.InvalidInput;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.check.Latencies;
import dev.rookery.cli.terminal.Interruption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Loads a bus with producers and subscriptions for a while. */
public final class BenchRun {
  static final String TYPE = "bench.event";
  private static final String[] KEY_NAMES =
      IntStream.range(0, BenchPlan.KEYS).mapToObj("key-%03d"::formatted).toArray(String[]::new);
  private static final Duration DRAIN = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(10);

  private final BenchPlan plan;
  private final Interruption interruption;
  private final List<Consumer> consumers = new ArrayList<>();
  private final List<Producer> producers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean going = true;

  /** Events so far, at an instant. */
  private record Count(long nanos, long stored, long delivered) {}

  public BenchRun(BenchPlan plan, Interruption interruption) {
    this.plan = plan;
    this.interruption = interruption;
  }

  /** Runs it; throws InterruptedException when the user does not want to wait. */
  public BenchResult run() throws InterruptedException {
    String run = Long.toString(System.currentTimeMillis(), 36);
    try (EventBus bus = EventBus.open(plan.address(), plan.config())) {
      List<Subscriber> subscribers = new ArrayList<>();
      try {
        for (int i = 0; i < plan.subscriptions(); i++) {
          Consumer consumer = new Consumer();
          consumers.add(consumer);
          Subscription name = Subscription.of("bench-" + run + "-" + i, TYPE).window(1_000);
          subscribers.add(bus.subscribe(name, consumer));
        }
        return load(bus);
      } finally {
        going = false;
        subscribers.forEach(subscriber -> subscriber.drain(Duration.ofSeconds(1)));
        subscribers.forEach(s -> bus.operations().remove(s.subscription().name()));
      }
    }
  }

  private BenchResult load(EventBus bus) throws InterruptedException {
    for (int i = 0; i < plan.producers(); i++) {
      Producer producer = new Producer(bus, plan, i, () -> going, this::isBehind);
      producers.add(producer);
      threads.add(Thread.ofPlatform().name("producer-" + i).start(producer));
    }
    waitFor(plan.warmUp());
    consumers.forEach(consumer -> consumer.measure(true));
    Count before = count();
    waitFor(plan.duration());
    Count after = count();
    consumers.forEach(consumer -> consumer.measure(false));
    going = false;
    for (Thread thread : threads) {
      thread.join();
    }
    drain();
    return result(before, after);
  }

  private void waitFor(Duration time) throws InterruptedException {
    if (interruption.await(time)) {
      throw new InterruptedException("the bench was interrupted");
    }
  }

  private boolean isBehind() {
    long stored = stored();
    for (Consumer consumer : consumers) {
      if (stored - consumer.check().delivered() > plan.backlog()) {
        return true;
      }
    }
    return false;
  }

  private void drain() throws InterruptedException {
    long stored = stored();
    long deadline = System.nanoTime() + DRAIN.toNanos();
    while (System.nanoTime() < deadline
        && consumers.stream().anyMatch(consumer -> consumer.check().delivered() < stored)) {
      waitFor(LOOK);
    }
  }

  private long stored() {
    return producers.stream().mapToLong(Producer::stored).sum();
  }

  private Count count() {
    long delivered = consumers.stream().mapToLong(consumer -> consumer.check().delivered()).sum();
    return new Count(System.nanoTime(), stored(), delivered);
  }

  private BenchResult result(Count before, Count after) {
    String problem =
        producers.stream().map(Producer::problem).filter(p -> !p.isEmpty()).findFirst().orElse("");
    if (stored() == 0) {
      throw new InvalidInput("nothing could be published: " + problem);
    }
    double seconds = (after.nanos - before.nanos) / 1e9;
    Latencies latencies = new Latencies();
    consumers.forEach(consumer -> latencies.add(consumer.latencies()));
    return new BenchResult(
        Address.parse(plan.address()).scheme(),
        plan.producers(),
        plan.subscriptions(),
        plan.sizeBytes(),
        plan.rate(),
        (after.stored - before.stored) / seconds,
        (after.delivered - before.delivered) / seconds,
        latencies.percentileMillis(0.50),
        latencies.percentileMillis(0.95),
        latencies.percentileMillis(0.99),
        latencies.maxMillis(),
        lost(),
        consumers.stream().mapToLong(consumer -> consumer.check().duplicates()).sum(),
        consumers.stream().mapToLong(consumer -> consumer.check().outOfOrder()).sum());
  }

  private long lost() {
    long lost = 0;
    for (Producer producer : producers) {
      for (int key = 0; key < BenchPlan.KEYS; key++) {
        if (producer.owns(key)) {
          for (Consumer consumer : consumers) {
            lost += consumer.check().lost(key, producer.numbered(key), producer.refused(key));
          }
        }
      }
    }
    return lost;
  }

  static String keyName(int key) {
    return KEY_NAMES[key];
  }
}

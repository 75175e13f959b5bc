package dev.rookery.engine;

import dev.rookery.BusClosed;
import dev.rookery.BusConfig;
import dev.rookery.ConfigDiffers;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.EventTooLarge;
import dev.rookery.Json;
import dev.rookery.Operations;
import dev.rookery.Partition;
import dev.rookery.Published;
import dev.rookery.RookeryException;
import dev.rookery.StreamConfig;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Control;
import dev.rookery.spi.Environment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A bus in this process, over any backend. */
public final class EngineBus implements EventBus {
  private static final Duration DRAIN = Duration.ofSeconds(10);
  private static final long TRIM_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final String LAYOUT = "streams";
  private static final System.Logger LOG = System.getLogger(EngineBus.class.getName());

  private final EngineParts parts;
  private final Publisher publisher;
  private final EngineOperations operations;
  private final Set<EngineSubscriber> subscribers = ConcurrentHashMap.newKeySet();
  private final Thread housekeeper;
  private volatile boolean closed;

  /** A bus over a backend, which it closes with itself. */
  public EngineBus(Backend backend, BusConfig config, Environment environment) {
    agree(backend, config);
    this.parts = new EngineParts(backend, config, environment);
    this.publisher = new Publisher(parts);
    this.operations = new EngineOperations(parts, this::subscribersOf);
    this.housekeeper = environment.start("rookery-housekeeper", this::keepHouse);
  }

  /** Holds that all processes route alike: where an event goes decides its order. */
  private static void agree(Backend backend, BusConfig config) {
    Map<String, Integer> partitions = new TreeMap<>();
    for (StreamConfig stream : config.streams()) {
      partitions.put(stream.name(), stream.partitions());
    }
    List<String> routes =
        config.routes().stream().map(route -> route.pattern() + " > " + route.stream()).toList();
    String mine =
        Json.MAPPER.writeValueAsString(Map.of("partitions", partitions))
            + Json.MAPPER.writeValueAsString(routes);
    Optional<String> stored = backend.setting(LAYOUT);
    if (stored.isEmpty() && backend.changeSetting(LAYOUT, stored, mine)) {
      return;
    }
    String theirs = backend.setting(LAYOUT).orElse("");
    if (!theirs.equals(mine)) {
      backend.close();
      throw new ConfigDiffers(
          "streams, partitions or routes are not those that the store was made with; it has "
              + theirs
              + ", the configuration says "
              + mine
              + "; start with the store's, or use a new store");
    }
  }

  private List<EngineSubscriber> subscribersOf(String name) {
    return subscribers.stream()
        .filter(subscriber -> subscriber.subscription().name().equals(name))
        .toList();
  }

  @Override
  public List<Published> publishAll(List<Draft> drafts) {
    open();
    int most = parts.config().limits().batchEvents();
    if (drafts.size() > most) {
      throw new EventTooLarge(
          "the batch has "
              + drafts.size()
              + " events; at most "
              + most
              + " are taken, send it in parts");
    }
    return publisher.publish(drafts);
  }

  @Override
  public Subscriber subscribe(Subscription subscription, EventHandler handler) {
    open();
    Interest.of(subscription, parts.config().catalogue());
    Control control =
        parts.call(
            () -> parts.backend().subscriptions().define(subscription, parts.starts(subscription)));
    EngineSubscriber[] self = new EngineSubscriber[1];
    EngineSubscriber subscriber =
        new EngineSubscriber(parts, control, handler, () -> subscribers.remove(self[0]));
    self[0] = subscriber;
    subscribers.add(subscriber);
    subscriber.start();
    parts.controls().raise();
    return subscriber;
  }

  @Override
  public Operations operations() {
    return operations;
  }

  private void open() {
    if (closed) {
      throw new BusClosed("the bus is closed");
    }
  }

  /** Says once what keeps the house from being kept, and nothing of what closing interrupts. */
  private String tell(String problem, String told) {
    if (!closed && !problem.equals(told)) {
      LOG.log(System.Logger.Level.WARNING, "housekeeping waits: " + problem);
    }
    return problem;
  }

  /** Trims, and tells subscribers of what operators did. */
  private void keepHouse() {
    boolean shared = parts.backend().capabilities().shared();
    long pollNanos = shared ? TimeUnit.MILLISECONDS.toNanos(200) : TRIM_NANOS;
    long changes = 0;
    long trimAt = parts.environment().nanoTime();
    String told = "";
    while (!closed) {
      long seen = parts.controls().count();
      try {
        long now = parts.backend().subscriptions().changes();
        if (now != changes) {
          changes = now;
          subscribers.forEach(EngineSubscriber::look);
        }
        if (parts.environment().nanoTime() >= trimAt) {
          trim();
          trimAt = parts.environment().nanoTime() + TRIM_NANOS;
        }
      } catch (RookeryException e) {
        told = tell(String.valueOf(e.getMessage()), told);
      }
      try {
        parts.controls().await(seen, pollNanos);
        if (parts.controls().count() != seen) {
          subscribers.forEach(EngineSubscriber::look);
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void trim() {
    for (StreamConfig stream : parts.config().streams()) {
      for (int number = 0; number < stream.partitions() && !closed; number++) {
        Partition partition = new Partition(stream.name(), number);
        Optional<Long> bytes = parts.limitBytes(partition).map(limit -> limit / 10 * 9);
        while (!closed
            && parts.call(() -> parts.log().trim(partition, stream.retainAge(), bytes)) > 0) {
          Thread.onSpinWait();
        }
      }
    }
  }

  @Override
  public void close() {
    synchronized (subscribers) {
      if (closed) {
        return;
      }
      closed = true;
    }
    housekeeper.interrupt();
    List<Thread> draining =
        subscribers.stream()
            .map(subscriber -> Thread.ofVirtual().start(() -> subscriber.drain(DRAIN)))
            .toList();
    try {
      for (Thread thread : draining) {
        thread.join();
      }
      housekeeper.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    parts.close();
    parts.backend().close();
  }
}

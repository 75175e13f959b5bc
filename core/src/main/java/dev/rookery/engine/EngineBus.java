package dev.rookery.engine;

import static java.util.stream.Collectors.joining;

import dev.rookery.Actor;
import dev.rookery.Announced;
import dev.rookery.BusClosed;
import dev.rookery.BusConfig;
import dev.rookery.ConfigDiffers;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.EventTooLarge;
import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.Operations;
import dev.rookery.Partition;
import dev.rookery.Published;
import dev.rookery.ReplayTerms;
import dev.rookery.RookeryException;
import dev.rookery.SideEffect;
import dev.rookery.StreamConfig;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.TypePattern;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Control;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Outbox;
import dev.rookery.spi.SubscriptionStore;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A bus in this process, over any backend. */
public final class EngineBus implements EventBus {
  private static final Duration DRAIN = Duration.ofSeconds(10);
  private static final long TRIM_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final String LAYOUT = "streams";
  private static final System.Logger LOG = System.getLogger(EngineBus.class.getName());

  private final EngineParts parts;
  private final Publisher publisher;
  private final AuditWriter audit;
  private final DeliveryAudit deliveries;
  private final RegularCheckpoint checkpoint;
  private final Operations operations;
  private final Set<EngineSubscriber> subscribers = ConcurrentHashMap.newKeySet();
  private final FillingWatch filling = new FillingWatch();
  private final UnreadWatch unread;
  private final Abandonment abandonment;
  private final Thread housekeeper;
  private final Optional<Sequencer> sequencer;
  private volatile boolean closed;

  /** A bus over a backend, which it closes with itself. */
  public EngineBus(Backend backend, BusConfig config, Environment environment) {
    agree(backend, config);
    this.parts = new EngineParts(backend, config, environment);
    this.publisher = new Publisher(parts);
    this.audit = new AuditWriter(parts);
    this.deliveries = new DeliveryAudit(parts, audit, publisher);
    Operations plain = new EngineOperations(parts, this::subscribersOf);
    this.checkpoint = new RegularCheckpoint(parts, plain);
    this.operations = new AuditedOperations(plain, audit, deliveries, Actor.PROCESS);
    this.sequencer = backend.outbox().map(outbox -> new Sequencer(parts, publisher, outbox));
    this.unread = new UnreadWatch(parts);
    this.abandonment = new Abandonment(parts, audit, publisher);
    audit.tellEpoch();
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
  public Announced publish(Connection connection, Draft draft) {
    open();
    Optional<Outbox> outbox = parts.backend().outbox();
    return outbox.isPresent()
        ? publisher.announce(outbox.get(), connection, draft)
        : EventBus.super.publish(connection, draft);
  }

  @Override
  public Subscriber subscribe(Subscription subscription, EventHandler handler) {
    return subscribe(Actor.PROCESS, subscription, handler);
  }

  @Override
  public Subscriber subscribe(Actor actor, Subscription subscription, EventHandler handler) {
    open();
    Interest.of(subscription, parts.config().catalogue());
    if (subscription.replay()) {
      consented(subscription, subscription.terms());
    }
    Control control = define(subscription, actor);
    EngineSubscriber[] self = new EngineSubscriber[1];
    EngineSubscriber subscriber =
        new EngineSubscriber(
            parts, control, handler, deliveries, () -> subscribers.remove(self[0]));
    self[0] = subscriber;
    subscribers.add(subscriber);
    subscriber.start();
    parts.controls().raise();
    return subscriber;
  }

  /** Defines it; a replay, and another definition of what exists, are acts of an operator. */
  private Control define(Subscription subscription, Actor actor) {
    SubscriptionStore store = parts.backend().subscriptions();
    Supplier<Control> defining =
        () -> parts.call(() -> store.define(subscription, parts.starts(subscription)));
    Optional<Control> known = parts.call(() -> store.find(subscription.name()));
    if (known.isEmpty()) {
      parts.call(() -> {
        Again.forget(parts.backend(), subscription.name());
        return known;
      });
    }
    boolean changes = known.filter(stored -> !stored.definition().equals(subscription)).isPresent();
    if (!changes && (known.isPresent() || !subscription.replay())) {
      return defining.get();
    }
    return audit.perform(
        new AuditWriter.Act<>(
            changes ? "redefine" : "replay",
            subscription.name(),
            Map.of("types", shown(subscription), "from", subscription.from().text()),
            defining,
            _ -> Map.of()),
        actor);
  }

  /**
   * Holds that what acts on the world outside is handled again only where that was asked for.
   *
   * @throws InvalidInput when it was not
   */
  static void consented(Subscription subscription, ReplayTerms terms) {
    if (subscription.effect() == SideEffect.EXTERNAL && !terms.external()) {
      throw new InvalidInput(
          "the handler of "
              + subscription.name()
              + " is external: what it did to the world outside it would do again, so a replay"
              + " passes it over. Ask for external effects if you want them again");
    }
  }

  private static String shown(Subscription subscription) {
    return subscription.patterns().stream().map(TypePattern::text).collect(joining(" "));
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
    long unreadNanos = unread.interval().toNanos();
    long pollNanos =
        Math.min(shared ? TimeUnit.MILLISECONDS.toNanos(200) : TRIM_NANOS, unreadNanos);
    long changes = 0;
    long trimAt = parts.environment().nanoTime();
    long lookAt = trimAt + unreadNanos;
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
          filling
              .look(operations.streams(), parts.environment().now())
              .forEach(line -> LOG.log(System.Logger.Level.WARNING, line));
          trimAt = parts.environment().nanoTime() + TRIM_NANOS;
        }
        if (parts.environment().nanoTime() >= lookAt) {
          lookAt = parts.environment().nanoTime() + unreadNanos;
          parts.call(unread::look).forEach(abandonment::giveUp);
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
    sequencer.ifPresent(Sequencer::close);
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
    checkpoint.close();
    deliveries.close();
    audit.close();
    parts.close();
    parts.backend().close();
  }
}

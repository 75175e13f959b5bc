package dev.rookery.server;

import dev.rookery.EventBus;
import dev.rookery.Limits;
import dev.rookery.Subscription;
import dev.rookery.spi.Environment;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.websocket.api.StatusCode;

/** The WebSockets that are open, and what they share. */
final class SubscriberSockets {
  private static final long LOOK_SECONDS = 2;

  private final EventBus bus;
  private final Limits limits;
  private final ServerConfig config;
  private final PublishEndpoint publishing;
  private final Environment environment;
  private final Set<SubscriberSocket> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile boolean draining;

  SubscriberSockets(
      EventBus bus,
      Limits limits,
      ServerConfig config,
      PublishEndpoint publishing,
      Environment environment) {
    this.bus = bus;
    this.limits = limits;
    this.config = config;
    this.publishing = publishing;
    this.environment = environment;
    Thread.ofVirtual().name("rookery-socket-watch").start(this::watch);
  }

  private void watch() {
    try {
      while (!closing.await(LOOK_SECONDS, TimeUnit.SECONDS)) {
        long now = environment.nanoTime();
        open.forEach(socket -> socket.look(now));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  EventBus bus() {
    return bus;
  }

  Limits limits() {
    return limits;
  }

  Duration drainLimit() {
    return config.drainLimit();
  }

  long nanoTime() {
    return environment.nanoTime();
  }

  boolean isDraining() {
    return draining;
  }

  int count() {
    return open.size();
  }

  SocketPublisher publisher(Outbound outbound) {
    return new SocketPublisher(bus, publishing, outbound);
  }

  /**
   * Decides whether one more connection may be opened.
   *
   * @throws Refused when the server goes away or has as many as it takes
   */
  void admitConnection() {
    if (draining) {
      throw Refused.draining();
    }
    if (open.size() >= config.maxSubscribers()) {
      throw Refused.tooMany(
          "the server has " + config.maxSubscribers() + " subscribers; close one first");
    }
  }

  /**
   * Decides whether a subscription may be made or gone on with.
   *
   * @throws Refused when the bus has as many as it takes
   */
  void admit(Subscription subscription) {
    if (draining) {
      throw Refused.draining();
    }
    var known = bus.operations().subscriptions();
    boolean exists =
        known.stream().anyMatch(info -> info.definition().name().equals(subscription.name()));
    if (!exists && known.size() >= config.maxSubscriptions()) {
      throw Refused.tooMany(
          "the bus has " + known.size() + " subscriptions; remove one with 'rookery remove' first");
    }
  }

  void opened(SubscriberSocket socket) {
    open.add(socket);
  }

  void closed(SubscriberSocket socket) {
    open.remove(socket);
  }

  /** Tells every client, lets what runs be settled, and closes the connections. */
  void drain(Duration limit) {
    draining = true;
    List<SubscriberSocket> all = List.copyOf(open);
    all.forEach(SubscriberSocket::tellDraining);
    List<Thread> drains =
        all.stream().map(socket -> Thread.ofVirtual().start(() -> socket.drain(limit))).toList();
    for (Thread drain : drains) {
      try {
        drain.join(limit.plusSeconds(2));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    closing.countDown();
    open.forEach(socket -> socket.close(StatusCode.SHUTDOWN, "the server is going away"));
  }
}

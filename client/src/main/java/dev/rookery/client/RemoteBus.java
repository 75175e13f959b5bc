package dev.rookery.client;

import dev.rookery.Address;
import dev.rookery.BackendUnavailable;
import dev.rookery.BusClosed;
import dev.rookery.BusConfig;
import dev.rookery.Causation;
import dev.rookery.Draft;
import dev.rookery.Durability;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.InvalidEvent;
import dev.rookery.InvalidInput;
import dev.rookery.Operations;
import dev.rookery.Operations.EventReport;
import dev.rookery.PublishRejected;
import dev.rookery.PublishUnknown;
import dev.rookery.Published;
import dev.rookery.Receipt;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.client.wire.AttributeRules;
import dev.rookery.client.wire.CloudEventWriter;
import dev.rookery.client.wire.JsonOut;
import dev.rookery.client.wire.StrictJson;
import dev.rookery.spi.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * The bus that another process serves, over HTTP and WebSocket. It gives every event its id before
 * sending, so that what was cut off can be repeated without being stored twice.
 */
final class RemoteBus implements EventBus {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
  private static final int DEPTH = 900;

  private final BusConfig config;
  private final Environment environment;
  private final Http http;
  private final Spool spool = new Spool();
  private final Thread sender;
  private final RemoteOperations operations;
  private final Set<RemoteSubscriber> subscribers = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  RemoteBus(Address address, BusConfig config, Environment environment) {
    this.config = config;
    this.environment = environment;
    this.http = new Http(address);
    this.operations = new RemoteOperations(http);
    this.sender =
        Thread.ofVirtual().name("rookery-publish").start(new SpoolSender(spool, http, environment));
  }

  @Override
  public List<Published> publishAll(List<Draft> drafts) {
    if (closed) {
      throw new BusClosed("the bus is closed; open it again to publish");
    }
    CountDownLatch done = new CountDownLatch(drafts.size());
    List<Pending> batch = new ArrayList<>(drafts.size());
    boolean interrupted = false;
    for (Draft draft : drafts) {
      Pending pending = prepare(draft, done);
      batch.add(pending);
      if (!pending.isDone() && !interrupted) {
        interrupted = !spooled(pending);
      }
      if (interrupted && !pending.isDone()) {
        pending.complete(interruptedBefore());
      }
    }
    if (interrupted || !await(done)) {
      batch.forEach(this::settleInterrupted);
      Thread.currentThread().interrupt();
    }
    return batch.stream().map(Pending::result).toList();
  }

  private boolean spooled(Pending pending) {
    try {
      spool.put(pending);
      return true;
    } catch (BusClosed e) {
      pending.complete(
          new Published.Rejected(new PublishRejected("not stored: " + e.getMessage())));
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  private static boolean await(CountDownLatch done) {
    try {
      done.await();
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  private void settleInterrupted(Pending pending) {
    if (pending.isDone()) {
      return;
    }
    pending.complete(
        spool.withdraw(pending) && !pending.maybeStored()
            ? interruptedBefore()
            : new Published.Unknown(
                new PublishUnknown(
                    "interrupted while the event was under way; publish it again with the same id")));
  }

  private static Published interruptedBefore() {
    return new Published.Rejected(
        new PublishRejected("not stored: interrupted before the event was sent"));
  }

  private Pending prepare(Draft draft, CountDownLatch done) {
    Optional<Causation> causation = Causation.current();
    boolean derived = draft.id().isEmpty() && causation.isPresent();
    Draft whole = causation.map(scope -> scope.stamp(draft)).orElse(draft);
    whole = whole.id().isPresent() ? whole : whole.id(environment.newId());
    whole = whole.source().isPresent() ? whole : whole.source(config.source());
    whole = whole.time().isPresent() ? whole : whole.time(environment.now());
    long deadline = environment.nanoTime() + config.idWindow().dividedBy(2).toNanos();
    try {
      Pending pending = new Pending(encoded(whole), derived, deadline, done);
      if (derived && causation.get().mayBeForgotten(environment.now(), config.idWindow())) {
        storedLongAgo(whole).ifPresent(pending::complete);
      }
      return pending;
    } catch (PublishRejected e) {
      Pending refused = new Pending(new byte[0], derived, deadline, done);
      refused.complete(new Published.Rejected(e));
      return refused;
    } catch (InvalidInput e) {
      Pending refused = new Pending(new byte[0], derived, deadline, done);
      refused.complete(new Published.Rejected(new InvalidEvent(String.valueOf(e.getMessage()), e)));
      return refused;
    }
  }

  /**
   * What was published under a derived id when its cause was handled before. The window of ids
   * forgets, the log does not. How durable it is, the log does not tell: the least is said.
   */
  private Optional<Published> storedLongAgo(Draft draft) {
    try {
      return operations.event(draft.id().orElseThrow()).stream()
          .map(EventReport::located)
          .filter(located -> draft.source().equals(Optional.of(located.event().source())))
          .findFirst()
          .map(located ->
              new Published.Stored(
                  new Receipt(
                      located.event().id(),
                      located.partition().stream(),
                      located.partition().number(),
                      located.position(),
                      Durability.MEMORY,
                      true)));
    } catch (BackendUnavailable e) {
      throw new PublishRejected(
          "not stored: whether it was published before cannot be seen: " + e.getMessage(), e);
    }
  }

  /**
   * The form is checked here, for one bad event would spoil a batch; the limits are the server's.
   */
  private static byte[] encoded(Draft draft) {
    AttributeRules.check(draft, AttributeRules.FORM_ONLY);
    if (draft.data().isJson()) {
      StrictJson.checkData(draft.data().bytes(), DEPTH);
    }
    JsonOut out = new JsonOut(256 + draft.data().sizeBytes());
    CloudEventWriter.write(out, draft);
    return out.toByteArray();
  }

  @Override
  public Subscriber subscribe(Subscription subscription, EventHandler handler) {
    if (closed) {
      throw new BusClosed("the bus is closed; open it again to subscribe");
    }
    RemoteSubscriber subscriber =
        new RemoteSubscriber(subscription, handler, http, environment, subscribers::remove);
    subscribers.add(subscriber);
    subscriber.start();
    return subscriber;
  }

  @Override
  public Operations operations() {
    return operations;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    List<Thread> drains =
        subscribers.stream()
            .map(subscriber -> Thread.ofVirtual().start(() -> subscriber.drain(CLOSE_LIMIT)))
            .toList();
    for (Thread drain : drains) {
      join(drain);
    }
    for (Pending left : spool.close(CLOSE_LIMIT)) {
      left.complete(SpoolSender.abandoned(left, http.base()));
    }
    sender.interrupt();
    http.close();
  }

  private static void join(Thread thread) {
    try {
      thread.join(CLOSE_LIMIT.plusSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

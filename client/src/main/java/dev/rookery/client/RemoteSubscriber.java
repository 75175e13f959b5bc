package dev.rookery.client;

import com.neovisionaries.ws.client.OpeningHandshakeException;
import com.neovisionaries.ws.client.WebSocketException;
import dev.rookery.BackendUnavailable;
import dev.rookery.EventHandler;
import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.Outcome;
import dev.rookery.RookeryException;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.client.wire.JsonOut;
import dev.rookery.client.wire.Problem;
import dev.rookery.client.wire.ServerFrame;
import dev.rookery.client.wire.SubscribeRequest;
import dev.rookery.spi.Environment;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A subscription over one WebSocket, opened again whenever it ends. A lost connection is, for the
 * bus, a crash of the subscriber: handlers that ran are interrupted, and their events come again.
 */
final class RemoteSubscriber implements Subscriber {
  private static final System.Logger LOG = System.getLogger(RemoteSubscriber.class.getName());
  private static final Duration FIRST_CONNECTION = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Set<String> PASSING =
      Set.of("backend-unavailable", "bus-closed", "draining", "too-many-requests", "log-failed");

  private final Subscription subscription;
  private volatile Subscription definition;
  private final Http http;
  private final Environment environment;
  private final Consumer<RemoteSubscriber> whenClosed;
  private final Handlings handlings;
  private final Backoff backoff;
  private final CompletableFuture<Boolean> first = new CompletableFuture<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean closing;
  private volatile String state = "connecting";
  private volatile @Nullable Link link;

  RemoteSubscriber(
      Subscription subscription,
      EventHandler handler,
      Http http,
      Environment environment,
      Consumer<RemoteSubscriber> whenClosed) {
    this.subscription = subscription;
    this.definition = subscription;
    this.http = http;
    this.environment = environment;
    this.whenClosed = whenClosed;
    this.handlings = new Handlings(subscription, handler);
    this.backoff = new Backoff(environment);
    this.thread =
        Thread.ofVirtual().name("rookery-subscriber-" + subscription.name()).unstarted(this::run);
  }

  /**
   * Begins, and waits until the server has taken the subscription.
   *
   * @throws RookeryException when the server refuses it, or is away for ten seconds
   */
  void start() {
    thread.start();
    try {
      first.get(FIRST_CONNECTION.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      abandon();
      throw e.getCause() instanceof RookeryException refused
          ? refused
          : new BackendUnavailable(String.valueOf(e.getMessage()), e);
    } catch (TimeoutException e) {
      String last = state;
      abandon();
      throw new BackendUnavailable(
          "no subscription at "
              + http.base()
              + " ("
              + last
              + "); is 'rookery serve' running there?",
          e);
    } catch (InterruptedException e) {
      abandon();
      Thread.currentThread().interrupt();
      throw new BackendUnavailable("interrupted while subscribing at " + http.base(), e);
    }
  }

  private void run() {
    try {
      while (!closing && ended.getCount() > 0) {
        Session session = new Session();
        try {
          session.live();
        } catch (IOException | WebSocketException | RuntimeException e) {
          notConnected(e);
        }
        handlings.revokeAll();
        if (!closing && ended.getCount() > 0 && stopped.getCount() > 0) {
          pause();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      handlings.revokeAll();
      stopped.countDown();
    }
  }

  private void pause() throws InterruptedException {
    Duration delay = backoff.next();
    if (stopped.await(delay.toNanos(), TimeUnit.NANOSECONDS)) {
      Thread.currentThread().interrupt();
    }
  }

  private void notConnected(Exception e) {
    Link unopened = link;
    if (unopened != null) {
      unopened.abort(Http.reason(e));
    }
    if (e instanceof OpeningHandshakeException refusal) {
      int status = refusal.getStatusLine().getStatusCode();
      if (status == 403 || status == 404) {
        fail(new InvalidInput(http.base() + " refuses the WebSocket with HTTP " + status));
        return;
      }
    }
    reconnecting(Http.reason(e));
  }

  private void reconnecting(String why) {
    LOG.log(
        System.Logger.Level.DEBUG,
        "subscription {0} at {1}: {2}",
        subscription.name(),
        http.base(),
        why);
    if (!closing && ended.getCount() > 0) {
      state = "reconnecting: " + why;
    }
  }

  private void fail(RookeryException refused) {
    state = "failed: " + refused.getMessage();
    first.completeExceptionally(refused);
    closing = true;
    Link open = link;
    if (open != null) {
      open.abort("refused");
    }
  }

  /** One connection and what the server says on it. */
  private final class Session implements ServerFrame.Receiver, Handlings.Settler {
    private final Link own = new Link(subscription.name(), this, environment);
    private boolean accepted;

    private void live() throws InterruptedException, IOException, WebSocketException {
      link = own;
      own.open(http);
      own.outgoing().frame(Json.MAPPER.writeValueAsString(SubscribeRequest.of(subscription)));
      while (!own.awaitClosed(LOOK)) {
        if (own.isSilent()) {
          own.abort("the server is silent");
        }
      }
      reconnecting(own.reason());
    }

    @Override
    public void subscribed() {
      accepted = true;
      backoff.reset();
      if (!closing) {
        state = "running";
      }
      first.complete(true);
    }

    @Override
    public void deliveries(List<ServerFrame.Sent> sent) {
      handlings.start(sent, this);
    }

    @Override
    public void revoked(long delivery) {
      handlings.revoke(delivery);
    }

    @Override
    public void error(Problem problem, long delivery) {
      if (accepted || delivery >= 0) {
        LOG.log(
            System.Logger.Level.DEBUG,
            "subscription {0}, delivery {1}: {2}",
            subscription.name(),
            delivery,
            problem.code());
      } else if (PASSING.contains(problem.code()) || problem.status() == 503) {
        own.abort(problem.detail());
      } else {
        fail(problem.toException());
      }
    }

    @Override
    public void state(String now) {
      if (!closing) {
        state = now;
      }
    }

    @Override
    public void changed(Subscription now) {
      definition = now;
    }

    @Override
    public void ended() {
      state = "ended";
      ended.countDown();
      own.abort("the replay has ended");
    }

    @Override
    public void draining() {
      state("reconnecting: the server is going away");
    }

    @Override
    public void settle(long delivery, Outcome outcome) {
      switch (outcome) {
        case Outcome.Handled _ -> own.outgoing().ack(delivery);
        case Outcome.Rejected(String reason) ->
            own.outgoing()
                .frame(frame("reject", delivery).member("reason", reason).endObject().toString());
        case Outcome.Failed(String error, boolean outage, var delay) ->
            own.outgoing()
                .frame(
                    frame("retry", delivery)
                        .member("delayMs", delay.orElse(Duration.ZERO).toMillis())
                        .member("reason", error)
                        .member("outage", outage)
                        .endObject()
                        .toString());
        case Outcome.TimedOut _ -> throw new IllegalStateException("deadlines are the server's");
      }
    }

    @Override
    public void working(long delivery) {
      own.outgoing().frame(frame("working", delivery).endObject().toString());
    }

    private static JsonOut frame(String op, long delivery) {
      return new JsonOut(128).beginObject().member("op", op).member("delivery", delivery);
    }
  }

  @Override
  public Subscription subscription() {
    return definition;
  }

  @Override
  public String state() {
    return state;
  }

  @Override
  public boolean awaitEnd(Duration limit) throws InterruptedException {
    return ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public boolean drain(Duration limit) {
    long begin = environment.nanoTime();
    closing = true;
    Link open = link;
    if (open != null) {
      state = "draining";
      open.outgoing().frame("{\"op\":\"drain\"}");
      awaitClosed(open, limit);
    }
    Duration left = limit.minusNanos(environment.nanoTime() - begin);
    boolean inTime = handlings.awaitNone(left.isNegative() ? Duration.ZERO : left);
    stop();
    return inTime;
  }

  private static void awaitClosed(Link open, Duration limit) {
    try {
      open.awaitClosed(limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void abandon() {
    closing = true;
    stop();
  }

  private void stop() {
    if (!state.startsWith("failed") && !state.equals("ended")) {
      state = "closed";
    }
    Link open = link;
    if (open != null) {
      open.abort("closed");
    }
    handlings.revokeAll();
    thread.interrupt();
    ended.countDown();
    whenClosed.accept(this);
  }
}

package dev.rookery.server;

import dev.rookery.BusClosed;
import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.Outcome;
import dev.rookery.RookeryException;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.client.wire.ClientFrame;
import dev.rookery.client.wire.CloudEventReader;
import dev.rookery.client.wire.JsonOut;
import dev.rookery.client.wire.Problem;
import dev.rookery.client.wire.SubscribeRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.api.StatusCode;
import org.jspecify.annotations.Nullable;

/**
 * One client on the WebSocket: at most one subscription, and any number of publishes. When the
 * connection ends without a word, the subscriber is abandoned as if its process had crashed.
 */
public final class SubscriberSocket
    implements Session.Listener.AutoDemanding, ClientFrame.Receiver {
  private static final System.Logger LOG = System.getLogger(SubscriberSocket.class.getName());
  private static final Duration SILENCE = Duration.ofSeconds(4);
  private static final byte[] NO_REF = {'n', 'u', 'l', 'l'};

  private final SubscriberSockets sockets;
  private volatile @Nullable Session session;
  private @Nullable Outbound outbound;
  private @Nullable OpenDeliveries deliveries;
  private @Nullable SocketPublisher publisher;
  private @Nullable Thread publishing;
  private volatile @Nullable Subscriber subscriber;
  private volatile boolean closed;
  private volatile long heard;
  private String shownState = "running";
  private @Nullable Subscription shownDefinition;

  SubscriberSocket(SubscriberSockets sockets) {
    this.sockets = sockets;
  }

  @Override
  public void onWebSocketOpen(Session opened) {
    heard = sockets.nanoTime();
    outbound = new Outbound(opened, this::cut);
    session = opened;
    sockets.opened(this);
  }

  private Outbound out() {
    Outbound open = outbound;
    if (open == null) {
      throw new IllegalStateException("a frame before the connection was open");
    }
    return open;
  }

  @Override
  public void onWebSocketText(String message) {
    heard = sockets.nanoTime();
    try {
      ClientFrame.read(message.getBytes(StandardCharsets.UTF_8), this);
    } catch (RookeryException e) {
      refuse(Problem.of(e), NO_REF);
    } catch (Refused e) {
      refuse(e.problem(), NO_REF);
    }
  }

  private void refuse(Problem problem, byte[] ref) {
    out().answer(SocketPublisher.errorFrame(problem, ref));
  }

  @Override
  public void onWebSocketBinary(ByteBuffer payload, Callback callback) {
    callback.succeed();
    refuse(Problem.of(400, "invalid-input", "frames are text; send JSON"), NO_REF);
  }

  @Override
  public void onWebSocketPong(ByteBuffer payload) {
    heard = sockets.nanoTime();
  }

  // ---- what the client says

  @Override
  public void subscribe(SubscribeRequest request) {
    if (subscriber != null) {
      throw new InvalidInput("this connection has a subscription; open another connection");
    }
    Subscription asked = request.toSubscription();
    Subscription subscription =
        asked.concurrency() > asked.window() ? asked.concurrency(asked.window()) : asked;
    sockets.admit(subscription);
    out().batch(request.isBatch());
    OpenDeliveries open = new OpenDeliveries(out(), request.takesRuns());
    deliveries = open;
    Subscriber begun = sockets.bus().subscribe(Asking.of(session), subscription, open);
    shownDefinition = subscription;
    subscriber = begun;
    out()
        .answer(
            new JsonOut(128)
                .beginObject()
                .member("op", "subscribed")
                .member("name", subscription.name())
                .member("window", subscription.window())
                .endObject()
                .toString());
    out().beginDeliveries();
    if (closed) {
      begun.abandon();
    } else if (subscription.until().isPresent()) {
      Thread.ofVirtual().name("rookery-replay-end").start(() -> tellEnd(begun));
    }
  }

  private void tellEnd(Subscriber replay) {
    try {
      while (!closed && !replay.awaitEnd(Duration.ofMinutes(1))) {
        Thread.onSpinWait();
      }
      if (!closed && replay.state().equals("ended")) {
        out().answer("{\"op\":\"ended\"}");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void ack(long delivery) {
    settle(delivery, new Outcome.Handled());
  }

  @Override
  public void retry(long delivery, Duration delay, String reason, boolean outage) {
    settle(
        delivery,
        new Outcome.Failed(reason, outage, outage ? Optional.empty() : Optional.of(delay)));
  }

  @Override
  public void reject(long delivery, String reason) {
    settle(delivery, new Outcome.Rejected(reason));
  }

  private void settle(long delivery, Outcome outcome) {
    OpenDeliveries open = deliveries;
    if (open == null || !open.settle(delivery, outcome)) {
      stale(delivery);
    }
  }

  @Override
  public void working(long delivery) {
    OpenDeliveries open = deliveries;
    if (open == null || !open.working(delivery)) {
      stale(delivery);
    }
  }

  private void stale(long delivery) {
    Problem problem =
        Problem.of(
            409, "stale-delivery", "the delivery is not open any more; its event comes again");
    JsonOut out = new JsonOut(256).beginObject().member("op", "error");
    out.member("delivery", delivery);
    SocketPublisher.members(out, problem);
    out().answer(out.endObject().toString());
  }

  @Override
  public void publish(byte[] ref, byte[] event) {
    try {
      if (sockets.isDraining()) {
        throw new BusClosed("the server is going away; publish again in a moment");
      }
      publisher().publish(ref, CloudEventReader.draft(event, sockets.limits()));
    } catch (RookeryException e) {
      refuse(Problem.of(e), ref);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private SocketPublisher publisher() {
    SocketPublisher known = publisher;
    if (known != null) {
      return known;
    }
    SocketPublisher made = sockets.publisher(out());
    publisher = made;
    publishing = Thread.ofVirtual().name("rookery-socket-publish").start(made);
    return made;
  }

  @Override
  public void ping() {
    out().answer("{\"op\":\"pong\"}");
  }

  @Override
  public void drain() {
    Thread.ofVirtual().name("rookery-socket-drain").start(() -> drain(sockets.drainLimit()));
  }

  // ---- what the server does

  /** Takes nothing new for the client, waits for what is out, and closes. */
  void drain(Duration limit) {
    Subscriber running = subscriber;
    if (running != null) {
      running.drain(limit);
    }
    close(StatusCode.NORMAL, "drained");
  }

  void tellDraining() {
    out().answer("{\"op\":\"draining\"}");
  }

  /** Pings the client, shows it a changed state, and cuts one that has long been silent. */
  void look(long now) {
    Session open = session;
    if (open == null || closed) {
      return;
    }
    if (now - heard > SILENCE.toNanos()) {
      LOG.log(System.Logger.Level.DEBUG, "a subscriber is silent; its connection is cut");
      cut();
      return;
    }
    open.sendPing(ByteBuffer.allocate(0), Callback.NOOP);
    Subscriber running = subscriber;
    if (running != null) {
      showChanges(running.state(), running.subscription());
    }
  }

  private void showChanges(String state, Subscription definition) {
    if (!state.equals(shownState)) {
      shownState = state;
      out()
          .answer(
              new JsonOut(128)
                  .beginObject()
                  .member("op", "state")
                  .member("state", state)
                  .endObject()
                  .toString());
    }
    if (!definition.equals(shownDefinition)) {
      shownDefinition = definition;
      byte[] json = Json.MAPPER.writeValueAsBytes(SubscribeRequest.of(definition));
      out()
          .answer(
              new JsonOut(512)
                  .beginObject()
                  .member("op", "changed")
                  .name("subscription")
                  .raw(json)
                  .endObject()
                  .toString());
    }
  }

  void close(int code, String why) {
    Session open = session;
    if (open != null && open.isOpen()) {
      open.close(code, why, Callback.NOOP);
    }
    ended();
  }

  private void cut() {
    Session open = session;
    if (open != null) {
      open.disconnect();
    }
    ended();
  }

  @Override
  public void onWebSocketError(Throwable cause) {
    ended();
  }

  @Override
  public void onWebSocketClose(int statusCode, @Nullable String reason, Callback callback) {
    callback.succeed();
    ended();
  }

  private void ended() {
    closed = true;
    Outbound out = outbound;
    if (out != null) {
      out.close();
    }
    Thread publishes = publishing;
    if (publishes != null) {
      publishes.interrupt();
    }
    sockets.closed(this);
    Subscriber running = subscriber;
    if (running != null) {
      Thread.ofVirtual().name("rookery-socket-abandon").start(running::abandon);
    }
  }
}

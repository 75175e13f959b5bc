package dev.rookery.client;

import dev.rookery.RookeryException;
import dev.rookery.client.wire.ServerFrame;
import dev.rookery.spi.Environment;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One WebSocket connection, from its opening to its end. */
final class Link implements WebSocket.Listener {
  /** The server pings every two seconds; one that is silent for so long is gone. */
  private static final Duration SILENCE = Duration.ofSeconds(10);

  private final String subscription;
  private final ServerFrame.Receiver receiver;
  private final Environment environment;
  private final StringBuilder parts = new StringBuilder();
  private final Outgoing outgoing = new Outgoing();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile String reason = "the connection ended";
  private volatile long heard;
  private volatile @Nullable WebSocket socket;

  Link(String subscription, ServerFrame.Receiver receiver, Environment environment) {
    this.subscription = subscription;
    this.receiver = receiver;
    this.environment = environment;
    this.heard = environment.nanoTime();
  }

  /**
   * Opens the connection.
   *
   * @throws CompletionException when the server cannot be reached or refuses
   */
  void open(Http http) {
    http.client()
        .newWebSocketBuilder()
        .connectTimeout(Http.CONNECT_LIMIT)
        .buildAsync(http.webSocketUri("/v1/subscribe"), this)
        .join();
  }

  Outgoing outgoing() {
    return outgoing;
  }

  String reason() {
    return reason;
  }

  /** Waits for the end of the connection; false when the time ran out before. */
  boolean awaitClosed(Duration limit) throws InterruptedException {
    return closed.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  boolean isSilent() {
    return environment.nanoTime() - heard > SILENCE.toNanos();
  }

  /** Cuts the connection. */
  void abort(String why) {
    end(why);
    WebSocket open = socket;
    if (open != null) {
      open.abort();
    }
  }

  private void end(String why) {
    if (closed.getCount() > 0) {
      reason = why;
    }
    outgoing.close();
    closed.countDown();
  }

  private void write(WebSocket open) {
    try {
      for (String frame = outgoing.next(); frame != null; frame = outgoing.next()) {
        open.sendText(frame, true).join();
      }
    } catch (CompletionException | InterruptedException e) {
      abort(Http.reason(e));
    }
  }

  @Override
  public void onOpen(WebSocket opened) {
    socket = opened;
    heard = environment.nanoTime();
    if (closed.getCount() == 0) {
      opened.abort();
      return;
    }
    Thread.ofVirtual().name("rookery-settle-" + subscription).start(() -> write(opened));
    opened.request(1);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    heard = environment.nanoTime();
    String text = data.toString();
    if (!last || parts.length() > 0) {
      parts.append(text);
      text = parts.toString();
    }
    if (last) {
      parts.setLength(0);
      try {
        ServerFrame.read(text.getBytes(StandardCharsets.UTF_8), subscription, receiver);
      } catch (RookeryException e) {
        abort("the server sent what is no frame: " + e.getMessage());
        return null;
      }
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
    heard = environment.nanoTime();
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String why) {
    end("the server closed the connection: " + code + " " + why);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    end(Http.reason(error));
  }
}

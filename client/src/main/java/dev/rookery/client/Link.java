package dev.rookery.client;

import com.neovisionaries.ws.client.WebSocket;
import com.neovisionaries.ws.client.WebSocketAdapter;
import com.neovisionaries.ws.client.WebSocketException;
import com.neovisionaries.ws.client.WebSocketFactory;
import com.neovisionaries.ws.client.WebSocketFrame;
import dev.rookery.RookeryException;
import dev.rookery.client.wire.ServerFrame;
import dev.rookery.spi.Environment;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One WebSocket connection, from its opening to its end. */
final class Link extends WebSocketAdapter {
  /** The server pings every two seconds; one that is silent for so long is gone. */
  private static final Duration SILENCE = Duration.ofSeconds(4);

  private static final int FRAMES_AHEAD = 16;

  private final String subscription;
  private final ServerFrame.Receiver receiver;
  private final Environment environment;
  private final Outgoing outgoing;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile String reason = "the connection ended";
  private volatile long heard;
  private volatile @Nullable WebSocket socket;

  Link(String subscription, ServerFrame.Receiver receiver, Environment environment) {
    this.subscription = subscription;
    this.receiver = receiver;
    this.environment = environment;
    this.heard = environment.nanoTime();
    this.outgoing = new Outgoing("rookery-settle-" + subscription);
  }

  /**
   * Opens the connection.
   *
   * @throws IOException when the server cannot be reached
   * @throws WebSocketException when it cannot be reached or refuses
   */
  void open(Http http) throws IOException, WebSocketException {
    WebSocket opening =
        new WebSocketFactory()
            .setConnectionTimeout(Math.toIntExact(Http.CONNECT_LIMIT.toMillis()))
            .setSocketTimeout(Math.toIntExact(Http.CONNECT_LIMIT.toMillis()))
            .createSocket(http.webSocketUri("/v1/subscribe"))
            .setDirectTextMessage(true)
            .setFrameQueueSize(FRAMES_AHEAD)
            .addListener(this);
    socket = opening;
    opening.connect();
    Socket connected = opening.getConnectedSocket();
    connected.setTcpNoDelay(true);
    connected.setSoTimeout(0); // the limit was for the handshake; isSilent watches from here on
    if (closed.getCount() == 0) {
      cut(opening);
      return;
    }
    heard = environment.nanoTime();
    outgoing.open(opening::sendText);
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
      cut(open);
    }
  }

  /** As a crash would, without a word; the library's threads end when they notice. */
  private static void cut(WebSocket open) {
    Socket below = open.getSocket();
    try {
      if (below != null) {
        below.close();
      }
    } catch (IOException e) {
      // It is closed all the same.
    }
  }

  private void end(String why) {
    if (closed.getCount() > 0) {
      reason = why;
    }
    outgoing.close();
    closed.countDown();
  }

  @Override
  public void onFrame(WebSocket from, WebSocketFrame frame) {
    heard = environment.nanoTime();
  }

  @Override
  public void onTextMessage(WebSocket from, byte[] text) {
    try {
      ServerFrame.read(text, subscription, receiver);
    } catch (RookeryException e) {
      abort("the server sent what is no frame: " + e.getMessage());
    }
  }

  @Override
  public void onDisconnected(
      WebSocket from,
      @Nullable WebSocketFrame theirs,
      @Nullable WebSocketFrame ours,
      boolean byServer) {
    end(
        byServer && theirs != null
            ? "the server closed the connection: "
                + theirs.getCloseCode()
                + " "
                + theirs.getCloseReason()
            : "the connection was cut");
  }

  @Override
  public void onError(WebSocket from, WebSocketException error) {
    end(Http.reason(error));
  }

  /** A receiver that throws has a mistake; the connection is of no more use. */
  @Override
  public void handleCallbackError(WebSocket from, Throwable cause) {
    abort(Http.reason(cause));
  }
}

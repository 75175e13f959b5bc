package dev.rookery.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** A bare WebSocket that says and hears frames. */
final class BareSocket implements WebSocket.Listener, AutoCloseable {
  private final BlockingQueue<JsonNode> heard = new LinkedBlockingQueue<>();
  private final StringBuilder parts = new StringBuilder();
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;
  volatile String closed;

  BareSocket(int port) {
    socket =
        http.newWebSocketBuilder()
            .buildAsync(URI.create("ws://127.0.0.1:" + port + "/v1/subscribe"), this)
            .join();
  }

  void say(String frame) {
    socket.sendText(frame, true).join();
  }

  /** The next frame that is neither a state nor a pong. */
  JsonNode hear() throws InterruptedException {
    JsonNode frame = heard.poll(30, TimeUnit.SECONDS);
    assertThat(frame).as("a frame within thirty seconds").isNotNull();
    return frame.path("op").asString().equals("state") ? hear() : frame;
  }

  JsonNode hear(String op) throws InterruptedException {
    JsonNode frame = hear();
    assertThat(frame.path("op").asString()).as(frame.toString()).isEqualTo(op);
    return frame;
  }

  boolean isSilentFor(long millis) throws InterruptedException {
    JsonNode frame = heard.poll(millis, TimeUnit.MILLISECONDS);
    return frame == null || frame.path("op").asString().equals("state");
  }

  /** Ends without a word. */
  void cut() {
    socket.abort();
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    parts.append(data);
    if (last) {
      heard.add(Json.MAPPER.readTree(parts.toString()));
      parts.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    closed = code + " " + reason;
    return null;
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
  }
}

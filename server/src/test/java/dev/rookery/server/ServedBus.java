package dev.rookery.server;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** A memory bus of its own, served at a free port, and requests to it. */
final class ServedBus implements AutoCloseable {
  private static final AtomicInteger NAMES = new AtomicInteger();
  static final String SINGLE = "application/cloudevents+json";
  static final String BATCH = "application/cloudevents-batch+json";

  final EventBus bus;
  final Server server;
  private final HttpClient http = HttpClient.newHttpClient();

  ServedBus() {
    this(UnaryOperator.identity());
  }

  ServedBus(UnaryOperator<ServerConfig> change) {
    this(BusConfig.standard(), change);
  }

  ServedBus(BusConfig config, UnaryOperator<ServerConfig> change) {
    bus = EventBus.open("memory:served-" + NAMES.incrementAndGet(), config);
    ServerConfig usual = ServerConfig.of("127.0.0.1", 0).drainLimit(Duration.ofMillis(500));
    server = Server.start(bus, config, change.apply(usual));
  }

  /** Waits for what must become true, and gives up late. */
  static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofSeconds(30));
  }

  String address() {
    return server.address();
  }

  int port() {
    return server.port();
  }

  HttpResponse<String> get(String path) {
    return send(request(path).GET());
  }

  HttpResponse<String> post(String path, String contentType, String body) {
    return send(
        request(path).header("Content-Type", contentType).POST(BodyPublishers.ofString(body)));
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address() + path)).timeout(Duration.ofMinutes(1));
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IllegalStateException("no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** An event as CloudEvents JSON. */
  static String event(String id, String type, String data) {
    return "{\"specversion\":\"1.0\",\"id\":\""
        + id
        + "\",\"source\":\"test\",\"type\":\""
        + type
        + "\",\"data\":"
        + data
        + "}";
  }

  @Override
  public void close() {
    http.shutdownNow();
    server.close();
    bus.close();
  }
}

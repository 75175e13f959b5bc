package dev.rookery.client;

import dev.rookery.Address;
import dev.rookery.BackendUnavailable;
import dev.rookery.InvalidInput;
import dev.rookery.client.wire.Problem;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Requests to one server, and its problems as the exceptions that they stand for. */
final class Http implements AutoCloseable {
  static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_LIMIT)
          .executor(threads)
          .build();
  private final String base;

  Http(Address address) {
    String rest = address.rest();
    base =
        address.scheme() + ":" + (rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest);
    URI uri;
    try {
      uri = URI.create(base);
    } catch (IllegalArgumentException e) {
      throw noServer(address, e);
    }
    if (uri.getHost() == null || uri.getRawQuery() != null || !uri.getRawPath().isEmpty()) {
      throw noServer(address, null);
    }
  }

  private static InvalidInput noServer(
      Address address, @org.jspecify.annotations.Nullable Throwable cause) {
    return new InvalidInput(
        "'"
            + InvalidInput.shown(address.toString())
            + "' is no server's address; one looks like http://127.0.0.1:7070",
        cause);
  }

  HttpClient client() {
    return client;
  }

  String base() {
    return base;
  }

  URI uri(String path) {
    return URI.create(base + path);
  }

  URI webSocketUri(String path) {
    return URI.create("ws" + base.substring("http".length()) + path);
  }

  byte[] get(String path) {
    return exchange("GET", path, BodyPublishers.noBody(), ANSWER_LIMIT);
  }

  byte[] get(String path, Duration patience) {
    return exchange("GET", path, BodyPublishers.noBody(), ANSWER_LIMIT.plus(patience));
  }

  byte[] post(String path, byte[] json) {
    return exchange("POST", path, BodyPublishers.ofByteArray(json), ANSWER_LIMIT);
  }

  byte[] delete(String path) {
    return exchange("DELETE", path, BodyPublishers.noBody(), ANSWER_LIMIT);
  }

  private byte[] exchange(String method, String path, BodyPublisher body, Duration limit) {
    HttpRequest request =
        HttpRequest.newBuilder(uri(path))
            .method(method, body)
            .header("Content-Type", "application/json")
            .timeout(limit)
            .build();
    HttpResponse<byte[]> response = send(request);
    if (response.statusCode() >= 400) {
      throw Problem.read(response.statusCode(), response.body()).toException();
    }
    return response.body();
  }

  /** An answer whatever its status. */
  HttpResponse<byte[]> answer(String path) {
    return send(HttpRequest.newBuilder(uri(path)).timeout(ANSWER_LIMIT).build());
  }

  private HttpResponse<byte[]> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new BackendUnavailable(
          "no answer from " + base + " (" + reason(e) + "); is 'rookery serve' running there?", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BackendUnavailable("interrupted while waiting for " + base, e);
    }
  }

  static String reason(Throwable e) {
    Throwable root = e;
    while (root.getMessage() == null && root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null
        ? root.getClass().getSimpleName()
        : InvalidInput.shown(root.getMessage());
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    client.shutdownNow();
    threads.shutdownNow();
  }
}

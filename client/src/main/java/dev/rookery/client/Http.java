package dev.rookery.client;

import dev.rookery.Address;
import dev.rookery.BackendUnavailable;
import dev.rookery.InvalidInput;
import dev.rookery.client.wire.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Requests to one server, and its problems as the exceptions that they stand for. They go through
 * the JDK's blocking client: it takes a fraction of the CPU of the asynchronous one, which matters
 * where each of many bots publishes an event now and then.
 */
final class Http implements AutoCloseable {
  static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  /** How long a stream may stand still. */
  private static final Duration STREAM_LIMIT = Duration.ofMinutes(1);

  private static final byte[] NOTHING = {};

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
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

  String base() {
    return base;
  }

  URI webSocketUri(String path) {
    return URI.create("ws" + base.substring("http".length()) + path);
  }

  byte[] get(String path) {
    return operation("GET", path, NOTHING, ANSWER_LIMIT);
  }

  byte[] get(String path, Duration patience) {
    return operation("GET", path, NOTHING, ANSWER_LIMIT.plus(patience));
  }

  byte[] post(String path, byte[] json) {
    return operation("POST", path, json, ANSWER_LIMIT);
  }

  byte[] delete(String path) {
    return operation("DELETE", path, NOTHING, ANSWER_LIMIT);
  }

  private byte[] operation(String method, String path, byte[] json, Duration limit) {
    Answer answer = interruptibly(() -> exchange(method, path, "application/json", json, limit));
    if (answer.status() >= 400) {
      throw Problem.read(answer.status(), answer.body()).toException();
    }
    return answer.body();
  }

  /** An answer whatever its status. */
  Answer answer(String path) {
    return interruptibly(() -> exchange("GET", path, "application/json", NOTHING, ANSWER_LIMIT));
  }

  /** Sockets hear interrupts on virtual threads only. */
  private Answer interruptibly(Callable<Answer> request) {
    Future<Answer> answer = threads.submit(request);
    try {
      return answer.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw unanswered(cause);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new BackendUnavailable("interrupted while waiting for " + base, e);
    }
  }

  private BackendUnavailable unanswered(Throwable cause) {
    return new BackendUnavailable(
        "no answer from " + base + " (" + reason(cause) + "); is 'rookery serve' running there?",
        cause);
  }

  /** What the server answered. */
  static final class Answer {
    private final int status;
    private final byte[] body;
    private final Optional<String> retryAfter;

    private Answer(int status, byte[] body, Optional<String> retryAfter) {
      this.status = status;
      this.body = body;
      this.retryAfter = retryAfter;
    }

    int status() {
      return status;
    }

    byte[] body() {
      return body;
    }

    /** The header of that name. */
    Optional<String> retryAfter() {
      return retryAfter;
    }
  }

  /**
   * Sends a request and waits for the answer.
   *
   * @throws ConnectException when nothing was sent
   * @throws IOException when it may have been carried out
   */
  Answer exchange(String method, String path, String type, byte[] body, Duration limit)
      throws IOException {
    HttpURLConnection connection = connect(method, path, type, body.length, limit);
    if (body.length > 0) {
      try (OutputStream out = connection.getOutputStream()) {
        out.write(body);
      }
    }
    int status = connection.getResponseCode();
    InputStream stream = status >= 400 ? connection.getErrorStream() : connection.getInputStream();
    Optional<String> retryAfter = Optional.ofNullable(connection.getHeaderField("Retry-After"));
    if (stream == null) {
      return new Answer(status, NOTHING, retryAfter);
    }
    try (stream) {
      return new Answer(status, stream.readAllBytes(), retryAfter);
    }
  }

  /** The body of an answer while it comes; the caller closes it. */
  InputStream stream(String path) {
    try {
      HttpURLConnection connection = connect("GET", path, "application/json", 0, STREAM_LIMIT);
      int status = connection.getResponseCode();
      if (status < 400) {
        return connection.getInputStream();
      }
      try (InputStream problem = connection.getErrorStream()) {
        byte[] body = problem == null ? NOTHING : problem.readAllBytes();
        throw Problem.read(status, body).toException();
      }
    } catch (IOException e) {
      throw unanswered(e);
    }
  }

  private HttpURLConnection connect(
      String method, String path, String type, int length, Duration limit) throws ConnectException {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(base + path).toURL().openConnection();
      connection.setRequestMethod(method);
      connection.setRequestProperty("Content-Type", type);
      connection.setConnectTimeout(Math.toIntExact(CONNECT_LIMIT.toMillis()));
      connection.setReadTimeout(Math.toIntExact(limit.toMillis()));
      connection.setInstanceFollowRedirects(false);
      connection.setUseCaches(false);
      if (length > 0) {
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(length);
      }
      connection.connect();
      return connection;
    } catch (IOException e) {
      ConnectException notConnected = new ConnectException(reason(e));
      notConnected.initCause(e);
      throw notConnected;
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
    threads.shutdownNow();
  }
}

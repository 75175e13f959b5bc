package dev.rookery.benchmarks.bus;

import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Sample;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * One connection of a plain HTTP client: every event is a request of its own, and the next one goes
 * when the answer is here.
 */
final class PostPublishing implements Publishing {
  private static final String LENGTH = "content-length:";

  private final String authority;
  private final Socket socket;
  private final InputStream in;

  PostPublishing(String authority) throws IOException {
    this.authority = authority;
    int colon = authority.indexOf(':');
    this.socket =
        new Socket(authority.substring(0, colon), Integer.parseInt(authority.substring(colon + 1)));
    socket.setTcpNoDelay(true);
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  @Override
  public void publish(List<Sample> events) throws IOException {
    for (Sample event : events) {
      post(event);
    }
  }

  private void post(Sample event) throws IOException {
    String body = json(event);
    String request =
        "POST /v1/events HTTP/1.1\r\nHost: "
            + authority
            + "\r\nContent-Type: application/cloudevents+json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    String status = line();
    skipAnswer();
    if (!status.startsWith("HTTP/1.1 201")) {
      throw new IOException("the server answered " + status);
    }
  }

  private static String json(Sample event) {
    return "{\"specversion\":\"1.0\",\"id\":\""
        + event.id()
        + "\",\"source\":\""
        + event.source()
        + "\",\"type\":\""
        + Sample.TYPE
        + "\",\"time\":\""
        + event.time()
        + "\",\"partitionkey\":\""
        + event.key()
        + "\",\"correlationid\":\""
        + event.correlation()
        + "\",\"dataversion\":"
        + Sample.VERSION
        + ",\"datacontenttype\":\"application/json\",\"data\":"
        + new String(event.data(), StandardCharsets.US_ASCII)
        + "}";
  }

  private void skipAnswer() throws IOException {
    int length = 0;
    for (String header = line(); !header.isEmpty(); header = line()) {
      if (header.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
        length = Integer.parseInt(header.substring(LENGTH.length()).strip());
      }
    }
    in.skipNBytes(length);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the server has closed the connection");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

package dev.rookery.benchmarks.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import redis.clients.jedis.HostAndPort;

/**
 * Redis' protocol on a blocking socket, with nothing around it: what is written leaves in one go,
 * and what is read is looked at where it lies.
 */
final class BareSocket implements AutoCloseable {
  private static final byte[] END = {'\r', '\n'};

  private final Socket socket;
  private final OutputStream out;
  private final InputStream in;
  private byte[] written = new byte[1 << 16];
  private int length;
  private byte[] read = new byte[1 << 16];
  private int from;
  private int to;

  BareSocket(HostAndPort address) throws IOException {
    socket = new Socket(address.getHost(), address.getPort());
    socket.setTcpNoDelay(true);
    out = socket.getOutputStream();
    in = socket.getInputStream();
  }

  /** Begins a command of so many texts. */
  BareSocket command(int texts) {
    return head('*', texts);
  }

  BareSocket text(String text) {
    return text(text.getBytes(StandardCharsets.US_ASCII));
  }

  BareSocket text(byte[] text) {
    return head('$', text.length).put(text).put(END);
  }

  private BareSocket head(char kind, int number) {
    byte[] digits = (kind + Integer.toString(number)).getBytes(StandardCharsets.US_ASCII);
    return put(digits).put(END);
  }

  private BareSocket put(byte[] bytes) {
    if (length + bytes.length > written.length) {
      written = Arrays.copyOf(written, Math.max(2 * written.length, length + bytes.length));
    }
    System.arraycopy(bytes, 0, written, length, bytes.length);
    length += bytes.length;
    return this;
  }

  /** Sends what was written. */
  void send() throws IOException {
    out.write(written, 0, length);
    length = 0;
  }

  /** Reads how many elements an array has, or how many bytes a text; below 0 there is none. */
  int count(char kind) throws IOException {
    while (true) {
      for (int at = from; at < to; at++) {
        if (read[at] == '\n') {
          return line(kind, at);
        }
      }
      fill();
    }
  }

  private int line(char kind, int end) {
    int start = from;
    from = end + 1;
    String line = new String(read, start, end - 1 - start, StandardCharsets.US_ASCII);
    if (line.charAt(0) != kind) {
      throw new IllegalStateException("redis answered " + line);
    }
    return Integer.parseInt(line, 1, line.length(), 10);
  }

  /** Reads a text; it is good until the next read. */
  ByteBuffer text() throws IOException {
    int size = count('$');
    while (to - from < size + END.length) {
      fill();
    }
    ByteBuffer text = ByteBuffer.wrap(read, from, size);
    from += size + END.length;
    return text;
  }

  private void fill() throws IOException {
    if (from == to) {
      from = 0;
      to = 0;
    } else if (to == read.length) {
      byte[] room = from > 0 ? read : new byte[2 * read.length];
      System.arraycopy(read, from, room, 0, to - from);
      read = room;
      to -= from;
      from = 0;
    }
    int more = in.read(read, to, read.length - to);
    if (more < 0) {
      throw new IOException("redis closed the connection");
    }
    to += more;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

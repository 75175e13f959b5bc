package dev.rookery.server;

import dev.rookery.spi.Environment;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies within bounds: bytes are counted while they come and while they are unpacked, all
 * bodies together take a bounded part of the heap, and a slow sender is given up.
 */
final class RequestBody {
  private static final int CHUNK = 8_192;

  private final int maxBytes;
  private final Duration limit;
  private final Environment environment;
  private final Semaphore chunks;

  RequestBody(int maxBytes, Duration limit, Environment environment) {
    this.maxBytes = maxBytes;
    this.limit = limit;
    this.environment = environment;
    long share = Math.max(4L * maxBytes, Runtime.getRuntime().maxMemory() / 8);
    this.chunks = new Semaphore((int) Math.min(Integer.MAX_VALUE, share / CHUNK));
  }

  /** What is done with a body. */
  @FunctionalInterface
  interface Use {
    void accept(byte[] body) throws Exception;
  }

  /**
   * Reads the whole body and hands it on; its part of the memory is free again afterwards.
   *
   * @throws Refused when it is too large, too slow, or packed in a way that is not taken
   */
  void read(HttpServletRequest request, Use use) throws Exception {
    if (request.getContentLengthLong() > maxBytes) {
      throw tooLarge();
    }
    Reading reading = new Reading();
    try {
      use.accept(reading.all(unpacked(request)));
    } finally {
      chunks.release(reading.taken);
    }
  }

  private static InputStream unpacked(HttpServletRequest request) throws IOException {
    String encoding = request.getHeader("Content-Encoding");
    if (encoding == null || encoding.equalsIgnoreCase("identity")) {
      return request.getInputStream();
    }
    if (encoding.toLowerCase(Locale.ROOT).equals("gzip")) {
      return new GZIPInputStream(request.getInputStream(), 4_096);
    }
    throw new Refused(
        415,
        "unsupported-encoding",
        "the Content-Encoding is neither gzip nor identity; send one layer of gzip at most");
  }

  private Refused tooLarge() {
    return new Refused(
        413,
        "body-too-large",
        "the body is larger than " + maxBytes + " bytes; send smaller batches");
  }

  /** One body while it comes in. */
  private final class Reading {
    private final long begin = environment.nanoTime();
    private byte[] bytes = new byte[0];
    private int size;
    private int taken;

    private byte[] all(InputStream in) throws IOException {
      while (true) {
        if (size == bytes.length) {
          grow();
        }
        int read = read(in);
        if (read < 0) {
          return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
        }
        size += read;
        if (size > maxBytes) {
          throw tooLarge();
        }
        if (environment.nanoTime() - begin > limit.toNanos()) {
          throw tooSlow(null);
        }
      }
    }

    private int read(InputStream in) throws IOException {
      try {
        return in.read(bytes, size, bytes.length - size);
      } catch (java.util.zip.ZipException | java.io.EOFException e) {
        throw new Refused(400, "invalid-input", "the body is no whole gzip");
      } catch (IOException e) {
        if (e.getCause() instanceof java.util.concurrent.TimeoutException) {
          throw tooSlow(e);
        }
        throw e;
      }
    }

    private Refused tooSlow(@Nullable Throwable cause) {
      Refused refused =
          new Refused(
              408, "too-slow", "the body took longer than " + limit.toSeconds() + " s to arrive");
      if (cause != null) {
        refused.addSuppressed(cause);
      }
      return refused;
    }

    private void grow() {
      int larger = Math.min(Math.max(CHUNK, bytes.length * 2), maxBytes + 1);
      int more = (larger - bytes.length + CHUNK - 1) / CHUNK;
      if (!chunks.tryAcquire(more)) {
        throw Refused.busy("too many large bodies at once; try again in a moment");
      }
      taken += more;
      bytes = Arrays.copyOf(bytes, larger);
    }
  }
}

package dev.rookery.benchmarks.redis;

import dev.rookery.benchmarks.load.Tally;
import dev.rookery.benchmarks.load.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Follows the stream with a position in memory, and hands each event to its tally. */
final class LogReader {
  private static final ByteBuffer DATA =
      ByteBuffer.wrap("data".getBytes(StandardCharsets.US_ASCII)).asReadOnlyBuffer();

  private final BareSocket socket;
  private final Tally tally;
  private final Thread thread;
  private volatile boolean stopped;
  private String position = "0-0";
  private long handled;

  LogReader(BareSocket socket, Tally tally) {
    this.socket = socket;
    this.tally = tally;
    this.thread = Thread.ofPlatform().daemon().name("redis-log-reader").start(this::run);
  }

  private void run() {
    try (socket) {
      while (!stopped) {
        ask();
        if (socket.count('*') > 0) {
          socket.count('*');
          socket.text();
          take(socket.count('*'));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void ask() throws IOException {
    socket
        .command(8)
        .text("XREAD")
        .text("COUNT")
        .text(Integer.toString(GroupClient.BATCH))
        .text("BLOCK")
        .text(Integer.toString(GroupClient.BLOCK_MILLIS))
        .text("STREAMS")
        .text(Entries.STREAM)
        .text(position)
        .send();
  }

  private void take(int entries) throws IOException {
    for (int i = 0; i < entries; i++) {
      socket.count('*');
      ByteBuffer id = socket.text();
      if (i == entries - 1) {
        position = StandardCharsets.US_ASCII.decode(id).toString();
      }
      int texts = socket.count('*');
      for (int field = 0; field < texts; field += 2) {
        boolean isData = socket.text().equals(DATA);
        ByteBuffer value = socket.text();
        if (isData) {
          tally.take(value);
        }
      }
      handled++;
    }
  }

  void finish() {
    stopped = true;
  }

  /** Ends, and says how many events it has handled. */
  long stop() {
    finish();
    Threads.join(thread);
    return handled;
  }
}

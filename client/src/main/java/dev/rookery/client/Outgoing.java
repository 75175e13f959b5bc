package dev.rookery.client;

import dev.rookery.client.wire.JsonOut;
import dev.rookery.spi.SerialWork;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be said to the server on one connection. Acknowledgements that come together leave
 * in one frame: writing begins behind handlers that are about to end.
 */
final class Outgoing {
  private static final int ACKS_PER_FRAME = 1_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final SerialWork writing;
  private final Queue<String> frames = new ArrayDeque<>();
  private long[] acks = new long[64];
  private int ackCount;
  private volatile @Nullable Consumer<String> writer;
  private volatile boolean closed;

  Outgoing(String name) {
    writing = new SerialWork(name, this::write);
  }

  /** Begins to write. */
  void open(Consumer<String> to) {
    writer = to;
    writing.ask();
  }

  void ack(long delivery) {
    lock.lock();
    try {
      if (ackCount == acks.length) {
        acks = Arrays.copyOf(acks, ackCount * 2);
      }
      acks[ackCount++] = delivery;
    } finally {
      lock.unlock();
    }
    writing.ask();
  }

  void frame(String json) {
    lock.lock();
    try {
      frames.add(json);
    } finally {
      lock.unlock();
    }
    writing.ask();
  }

  void close() {
    closed = true;
  }

  private void write() {
    Consumer<String> to = writer;
    if (to == null) {
      return;
    }
    for (String frame = next(); frame != null && !closed; frame = next()) {
      to.accept(frame);
    }
  }

  /** The next frame, acknowledgements first; null where there is none. */
  private @Nullable String next() {
    lock.lock();
    try {
      return ackCount > 0 ? ackFrame() : frames.poll();
    } finally {
      lock.unlock();
    }
  }

  private String ackFrame() {
    int count = Math.min(ackCount, ACKS_PER_FRAME);
    JsonOut out = new JsonOut(40 + count * 8);
    out.beginObject().member("op", "ack").name("deliveries").beginArray();
    for (int i = 0; i < count; i++) {
      out.number(acks[i]);
    }
    System.arraycopy(acks, count, acks, 0, ackCount - count);
    ackCount -= count;
    return out.endArray().endObject().toString();
  }
}

package dev.rookery.engine;

import dev.rookery.BackendUnavailable;
import dev.rookery.BusConfig;
import dev.rookery.Catalogue;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Capabilities;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads one partition for all subscriptions of a process, so that each event is read and decoded
 * once.
 *
 * <p>It keeps the last entries that it read. Who asks for what follows them waits until the log has
 * more, who asks within them is answered at once, and who is further behind gets a read of its own.
 */
final class PartitionReader {
  private static final int KEPT_ENTRIES = 32_768;
  private static final long KEPT_BYTES = Math.min(8L << 20, Runtime.getRuntime().maxMemory() / 32);
  private static final int BATCH = 512;
  private static final long BATCH_BYTES = 1L << 20;
  private static final int ENVELOPE_BYTES = 2_000;
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Who gets what was read; it does not block. */
  interface Sink {
    void arrived(List<Seen> entries, boolean end);

    void failed(RuntimeException cause);
  }

  /**
   * One wish to read.
   *
   * @param bounded whether it is to be told where the log ends
   */
  private record Request(
      Position after, int maxEvents, long maxBytes, Sink sink, boolean bounded) {}

  private final Partition partition;
  private final EventLog log;
  private final Catalogue catalogue;
  private final Capabilities capabilities;
  private final Counters counters;
  private final Environment environment;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final ArrayDeque<Request> waiting = new ArrayDeque<>();
  private final ArrayDeque<Request> behind = new ArrayDeque<>();
  private final Kept kept = new Kept();
  private boolean hinted = true;
  private boolean closed;

  /** What an event takes at most that the bus let in. */
  private final int largestBytes;

  /** How often all that was read was forgotten. */
  private long forgotten;

  /** Whether the thread waits, and so does not count as work. */
  private boolean resting = true;

  private @Nullable Thread thread;

  PartitionReader(
      Partition partition,
      EventLog log,
      BusConfig config,
      Capabilities capabilities,
      Counters counters,
      Environment environment) {
    this.partition = partition;
    this.log = log;
    this.catalogue = config.catalogue();
    this.largestBytes = config.limits().eventBytes() + ENVELOPE_BYTES;
    this.capabilities = capabilities;
    this.counters = counters;
    this.environment = environment;
  }

  /** There may be new entries. */
  void hint() {
    lock.lock();
    try {
      hinted = true;
      signal();
    } finally {
      lock.unlock();
    }
  }

  /** Answers the sink once, as soon as there is something after the position. */
  void read(Position after, int maxEvents, long maxBytes, Sink sink) {
    Request request = new Request(after, maxEvents, maxBytes, sink, false);
    List<Seen> known;
    boolean end;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      boolean beyond = after.isAfter(kept.end());
      if (beyond && waiting.isEmpty()) {
        kept.restart(after);
      } else if (!beyond && !kept.reaches(after)) {
        behind.add(request);
        wake();
        return;
      }
      known = beyond ? List.of() : kept.after(after, maxEvents, maxBytes);
      if (known.isEmpty()) {
        hinted |= beyond;
        waiting.add(request);
        wake();
        return;
      }
      end = kept.endsWith(known);
    } finally {
      lock.unlock();
    }
    sink.arrived(known, end);
  }

  /**
   * Answers the sink once and at once, from the log itself: what others read last may end before
   * the log does.
   */
  void readToTheEnd(Position after, int maxEvents, long maxBytes, Sink sink) {
    lock.lock();
    try {
      if (!closed) {
        behind.add(new Request(after, maxEvents, maxBytes, sink, true));
        wake();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Forgets what was read, and what is being read: the log may have less of it now. */
  void forget() {
    lock.lock();
    try {
      forgotten++;
      kept.restart(kept.end());
    } finally {
      lock.unlock();
    }
  }

  /** Forgets the wishes of a sink. */
  void cancel(Sink sink) {
    lock.lock();
    try {
      waiting.removeIf(request -> request.sink().equals(sink));
      behind.removeIf(request -> request.sink().equals(sink));
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      signal();
    } finally {
      lock.unlock();
    }
  }

  private void wake() {
    if (thread == null) {
      Thread.Builder builder =
          capabilities.pinsThreads() ? Thread.ofPlatform().daemon() : Thread.ofVirtual();
      thread = builder.name("rookery-reader-" + partition).start(this::run);
    }
    signal();
  }

  private void signal() {
    rest(resting && !hasWork());
    work.signal();
  }

  private boolean hasWork() {
    return !behind.isEmpty() || (!waiting.isEmpty() && hinted);
  }

  private void rest(boolean now) {
    if (resting != now) {
      resting = now;
      environment.working(now ? -1 : 1);
    }
  }

  private void run() {
    long pause = TimeUnit.MILLISECONDS.toNanos(10);
    while (true) {
      try {
        if (!turn()) {
          return;
        }
        pause = TimeUnit.MILLISECONDS.toNanos(10);
      } catch (BackendUnavailable e) {
        if (!sleep(pause)) {
          return;
        }
        pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
      } catch (RuntimeException e) {
        failAll(e);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** One wait and one read; false once closed. */
  private boolean turn() throws InterruptedException {
    Request lagging;
    lock.lock();
    try {
      while (!closed && !hasWork()) {
        rest(true);
        if (waiting.isEmpty() || capabilities.wakes()) {
          work.await();
        } else if (work.awaitNanos(capabilities.pollInterval().toNanos()) <= 0) {
          hinted = true;
        }
      }
      rest(closed);
      if (closed) {
        return false;
      }
      lagging = behind.poll();
    } finally {
      lock.unlock();
    }
    if (lagging != null) {
      catchUp(lagging);
    }
    follow();
    return true;
  }

  private void catchUp(Request request) {
    List<Seen> entries;
    boolean end;
    try {
      entries =
          decode(log.read(partition, request.after(), request.maxEvents(), request.maxBytes()));
      end = request.bounded() ? endsWith(entries) : entries.size() < shortOf(request);
    } catch (BackendUnavailable e) {
      lock.lock();
      try {
        behind.addFirst(request);
      } finally {
        lock.unlock();
      }
      throw e;
    } catch (RuntimeException e) {
      request.sink().failed(e);
      return;
    }
    if (!entries.isEmpty() || request.bounded()) {
      request.sink().arrived(entries, end);
      return;
    }
    lock.lock();
    try {
      if (waiting.isEmpty()) {
        kept.restart(request.after());
      }
    } finally {
      lock.unlock();
    }
    read(request.after(), request.maxEvents(), request.maxBytes(), request.sink());
  }

  private boolean endsWith(List<Seen> entries) {
    return entries.isEmpty()
        || !log.latest(partition).position().isAfter(entries.getLast().position());
  }

  private static int shortOf(Request request) {
    return Math.min(request.maxEvents(), BATCH);
  }

  /** Reads on where the kept entries end, for those who wait there. */
  private void follow() {
    Position end;
    long times;
    lock.lock();
    try {
      if (waiting.isEmpty() || !hinted) {
        return;
      }
      hinted = false;
      end = kept.end();
      times = forgotten;
    } finally {
      lock.unlock();
    }
    List<Seen> entries;
    try {
      entries = decode(log.follow(partition, end, BATCH, BATCH_BYTES));
    } catch (BackendUnavailable e) {
      hint();
      throw e;
    }
    List<Request> served = new ArrayList<>();
    lock.lock();
    try {
      if (forgotten != times) {
        hinted = true;
        return;
      }
      if (entries.isEmpty() || !kept.end().equals(end)) {
        return;
      }
      hinted |= mayGoOn(entries);
      kept.add(entries);
      served.addAll(waiting);
      waiting.clear();
    } finally {
      lock.unlock();
    }
    for (Request request : served) {
      read(request.after(), request.maxEvents(), request.maxBytes(), request.sink());
    }
  }

  /** Whether a read may have ended at a limit, and not at the end of the log. */
  private boolean mayGoOn(List<Seen> entries) {
    long bytes = entries.stream().mapToLong(Seen::sizeBytes).sum();
    return entries.size() >= BATCH / 2
        || bytes >= BATCH_BYTES / 2
        || bytes + largestBytes > BATCH_BYTES;
  }

  private List<Seen> decode(List<Entry> entries) {
    List<Seen> seen = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      seen.add(Seen.of(entry, catalogue));
    }
    counters.decoded(entries.size());
    return seen;
  }

  private void failAll(RuntimeException cause) {
    List<Request> failed;
    lock.lock();
    try {
      failed = new ArrayList<>(waiting);
      failed.addAll(behind);
      // What could not be read now may be there for the next who asks
      hinted = true;
      waiting.clear();
      behind.clear();
    } finally {
      lock.unlock();
    }
    failed.forEach(request -> request.sink().failed(cause));
  }

  private boolean sleep(long nanos) {
    lock.lock();
    try {
      long left = nanos;
      while (!closed && left > 0) {
        left = work.awaitNanos(left);
      }
      return !closed;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** The entries read last, as a ring of neighbours in the log. */
  private static final class Kept {
    private final @Nullable Seen[] ring = new @Nullable Seen[KEPT_ENTRIES];
    private Position before = Position.ZERO;
    private Position end = Position.ZERO;
    private long firstIndex;
    private long nextIndex;
    private long bytes;

    Position end() {
      return end;
    }

    /** Whether what follows the position is known, or is what will be read next. */
    boolean reaches(Position after) {
      return !before.isAfter(after) && !after.isAfter(end);
    }

    void restart(Position at) {
      for (long i = firstIndex; i < nextIndex; i++) {
        ring[slot(i)] = null;
      }
      firstIndex = nextIndex;
      bytes = 0;
      before = at;
      end = at;
    }

    void add(List<Seen> entries) {
      for (Seen seen : entries) {
        if (nextIndex - firstIndex == KEPT_ENTRIES) {
          dropFirst();
        }
        ring[slot(nextIndex++)] = seen;
        bytes += seen.sizeBytes();
        end = seen.position();
      }
      while (bytes > KEPT_BYTES && nextIndex - firstIndex > entries.size()) {
        dropFirst();
      }
    }

    private void dropFirst() {
      Seen first = at(firstIndex);
      ring[slot(firstIndex++)] = null;
      bytes -= first.sizeBytes();
      before = first.position();
    }

    List<Seen> after(Position after, int maxEvents, long maxBytes) {
      long low = firstIndex;
      long high = nextIndex;
      while (low < high) {
        long middle = (low + high) >>> 1;
        if (at(middle).position().isAfter(after)) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      List<Seen> found = new ArrayList<>((int) Math.min(maxEvents, nextIndex - low));
      long taken = 0;
      for (long i = low; i < nextIndex && found.size() < maxEvents; i++) {
        Seen seen = at(i);
        taken += seen.sizeBytes();
        if (!found.isEmpty() && taken > maxBytes) {
          break;
        }
        found.add(seen);
      }
      return found;
    }

    boolean endsWith(List<Seen> entries) {
      return entries.getLast().position().equals(end);
    }

    private Seen at(long index) {
      return java.util.Objects.requireNonNull(ring[slot(index)]);
    }

    private static int slot(long index) {
      return (int) (index % KEPT_ENTRIES);
    }
  }
}

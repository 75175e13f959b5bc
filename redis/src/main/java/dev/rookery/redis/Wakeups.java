package dev.rookery.redis;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.RookeryException;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Listeners;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Tells listeners of appends: of our own at once, of those of others as soon as a blocking read
 * returns. One such read waits for all streams; in a cluster one for each.
 *
 * <p>It reads from the last entry known, never from "now", so that nothing that comes between two
 * reads goes unsaid, nor what came while there was no connection.
 */
final class Wakeups implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Wakeups.class.getName());
  private static final int BLOCK_MILLIS = 2_000;
  private static final long BREATH_NANOS = 500_000;
  private static final long FIRST_PAUSE_NANOS = 10_000_000;
  private static final long LONGEST_PAUSE_NANOS = 1_000_000_000;
  private static final long LOOK_NANOS = 4_000_000_000L;

  private final Redis redis;
  private final Partitions partitions;
  private final LiveSettings settings;
  private final Listeners listeners;
  private final Environment environment;
  private final AtomicBoolean started = new AtomicBoolean();
  private final List<Watch> watches = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  Wakeups(
      Redis redis,
      Partitions partitions,
      LiveSettings settings,
      Listeners listeners,
      Environment environment) {
    this.redis = redis;
    this.partitions = partitions;
    this.settings = settings;
    this.listeners = listeners;
    this.environment = environment;
  }

  /** Adds a listener; the wait begins with the first. */
  Runnable listen(Consumer<Partition> listener) {
    Runnable registration = listeners.add(listener);
    if (started.compareAndSet(false, true)) {
      start();
    }
    return registration;
  }

  /** Somebody read up to here: others may not know yet, and the wait need not say it again. */
  void seen(Partition partition, Position upTo) {
    listeners.tell(partition, upTo);
  }

  private void start() {
    List<Partition> known = partitions.known();
    List<List<Partition>> groups =
        redis.hasOneSlot() ? List.of(known) : known.stream().map(List::of).toList();
    for (List<Partition> group : groups) {
      Watch watch = new Watch(group, redis.line());
      watches.add(watch);
      watch.remember();
      Thread.ofVirtual().name("rookery-redis-wakeups").start(watch::run);
    }
  }

  @Override
  public void close() {
    closed = true;
    listeners.close();
    watches.forEach(watch -> watch.line.close());
  }

  /** The wait for some streams. */
  private final class Watch {
    private final List<Partition> watched;
    private final Line line;
    private final Map<String, Partition> byStream = new HashMap<>();
    private final Map<Partition, Position> ends = new HashMap<>();
    private long lookedAt;

    Watch(List<Partition> watched, Line line) {
      this.watched = watched;
      this.line = line;
      watched.forEach(partition -> byStream.put(Keys.of(partition).stream(), partition));
    }

    /** Where the streams end now, so that what comes from here on is told. */
    void remember() {
      try {
        for (Partition partition : watched) {
          Position end = partitions.look(partition).last();
          ends.put(partition, end);
          listeners.toldAlready(partition, end);
        }
      } catch (RookeryException e) {
        // Then they are told of all that is there
      }
    }

    void run() {
      long pause = FIRST_PAUSE_NANOS;
      while (!closed) {
        try {
          line.open();
          lookAround();
          pause = FIRST_PAUSE_NANOS;
          while (!closed) {
            await();
          }
        } catch (JedisException | RookeryException e) {
          remain();
          line.cut();
          LockSupport.parkNanos(closed ? 1 : pause);
          pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
        } catch (RuntimeException e) {
          LOG.log(Level.ERROR, "the wait for events goes on after an error", e);
          line.cut();
          LockSupport.parkNanos(closed ? 1 : pause);
          pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
        }
      }
    }

    /** What was told of is known, also what our own appends and reads told. */
    private void remain() {
      watched.forEach(partition ->
          ends.merge(partition, listeners.told(partition), (a, b) -> a.isAfter(b) ? a : b));
    }

    /** Tells of every stream that is not as it was known, and looks at the server's settings. */
    private void lookAround() {
      for (Partition partition : watched) {
        Position end = partitions.look(partition).last();
        Position before = ends.getOrDefault(partition, Position.ZERO);
        partitions.lookFor(partition, before);
        ends.put(partition, end);
        if (before.isAfter(end)) {
          listeners.beginAnew(partition, end);
        } else {
          listeners.tell(partition, end);
        }
      }
      settings.refresh();
      lookedAt = environment.nanoTime();
    }

    private void await() {
      remain();
      CommandArguments read =
          new CommandArguments(Command.XREAD)
              .add("COUNT")
              .add(1)
              .add("BLOCK")
              .add(BLOCK_MILLIS)
              .add("STREAMS")
              .blocking();
      watched.forEach(partition -> read.key(Keys.of(partition).stream()));
      watched.forEach(partition -> read.add(Ids.of(ends.getOrDefault(partition, Position.ZERO))));
      line.send(read);
      List<Reply> streams = line.answer().list();
      for (Reply stream : streams) {
        Partition partition = Objects.requireNonNull(byStream.get(stream.list().getFirst().text()));
        List<Reply> entries = stream.list().get(1).list();
        Position next = Ids.position(entries.getFirst().list().getFirst().bytes());
        ends.put(partition, next);
        listeners.tell(partition, next);
      }
      if (environment.nanoTime() - lookedAt > LOOK_NANOS) {
        lookAround();
      } else if (!streams.isEmpty()) {
        LockSupport.parkNanos(BREATH_NANOS);
      }
    }
  }
}

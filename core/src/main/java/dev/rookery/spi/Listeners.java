package dev.rookery.spi;

import dev.rookery.Partition;
import dev.rookery.Position;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Those who want to know of new events; for a log to tell. */
public final class Listeners {
  private static final System.Logger LOG = System.getLogger(Listeners.class.getName());

  private final List<Registration> registrations = new CopyOnWriteArrayList<>();
  private final Map<Partition, Position> told = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** An object of its own for each registration, since a listener may be registered twice. */
  private static final class Registration {
    private final Consumer<Partition> listener;

    Registration(Consumer<Partition> listener) {
      this.listener = listener;
    }
  }

  /** Adds a listener; the answer takes it away again. */
  public Runnable add(Consumer<Partition> listener) {
    Registration registration = new Registration(listener);
    registrations.add(registration);
    return () -> registrations.remove(registration);
  }

  /**
   * Tells all of events up to a position, unless they were told of it before: an append of our own
   * is heard of twice.
   */
  public void tell(Partition partition, Position upTo) {
    Position before = told.getOrDefault(partition, Position.ZERO);
    if (upTo.isAfter(before) && told.merge(partition, upTo, Listeners::later).equals(upTo)) {
      tell(partition);
    }
  }

  /** The last position that anybody was told of. */
  public Position told(Partition partition) {
    return told.getOrDefault(partition, Position.ZERO);
  }

  /** Those who listen from now on need not be told of what is there. */
  public void toldAlready(Partition partition, Position upTo) {
    told.put(partition, upTo);
  }

  /** Tells of a partition whose positions went back. */
  public void beginAnew(Partition partition, Position end) {
    told.put(partition, end);
    tell(partition);
  }

  /** The log ends there: whoever was told of more was told of another history. */
  public void endsAt(Partition partition, Position end) {
    told.computeIfPresent(partition, (p, last) -> last.isAfter(end) ? end : last);
  }

  private static Position later(Position one, Position other) {
    return one.isAfter(other) ? one : other;
  }

  /** Tells all; what one of them throws, errors too, reaches neither the others nor who tells. */
  public void tell(Partition partition) {
    for (Registration registration : registrations) {
      try {
        if (!closed) {
          registration.listener.accept(partition);
        }
      } catch (Throwable e) {
        LOG.log(Level.WARNING, "a listener of the log failed", e);
      }
    }
  }

  /** From now on nobody is told of anything. */
  public void close() {
    closed = true;
  }
}

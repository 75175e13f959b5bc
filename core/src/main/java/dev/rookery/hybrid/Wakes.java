package dev.rookery.hybrid;

import dev.rookery.Partition;
import dev.rookery.Position;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Those who want to know of appends. A push of our own is heard of twice, and told once. */
final class Wakes {
  private static final System.Logger LOG = System.getLogger(Wakes.class.getName());

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

  Runnable add(Consumer<Partition> listener) {
    Registration registration = new Registration(listener);
    registrations.add(registration);
    return () -> registrations.remove(registration);
  }

  /** The tail ends there now. */
  void pushed(Partition partition, Position last) {
    Position before = told.getOrDefault(partition, Position.ZERO);
    if (last.isAfter(before) && told.merge(partition, last, Wakes::later).equals(last)) {
      tell(partition);
    }
  }

  private static Position later(Position one, Position other) {
    return one.isAfter(other) ? one : other;
  }

  /** The log ends there: whoever was told of more was told of another history. */
  void endsAt(Partition partition, Position end) {
    told.computeIfPresent(partition, (p, last) -> last.isAfter(end) ? end : last);
  }

  /** Tells all; what one of them throws, errors too, reaches neither the others nor who tells. */
  void tell(Partition partition) {
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

  void close() {
    closed = true;
  }
}

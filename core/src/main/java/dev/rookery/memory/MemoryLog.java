package dev.rookery.memory;

import dev.rookery.LogFull;
import dev.rookery.Operations.Located;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The events of a store in memory, as one open of it sees them. They may take a quarter of the
 * heap: beyond that the oldest go that every subscription has passed, and where there are none
 * appending is refused.
 */
final class MemoryLog implements EventLog {
  private final MemoryStore store;
  private final List<Consumer<Partition>> own = new CopyOnWriteArrayList<>();

  MemoryLog(MemoryStore store) {
    this.store = store;
  }

  @Override
  public List<Appended> append(Partition partition, List<Append> events) {
    if (store.bytes.get() > store.roomBytes) {
      makeRoom();
    }
    List<Appended> answers =
        store
            .partition(partition)
            .append(events, store.environment.now(), store.environment.nanoTime());
    for (Consumer<Partition> listener : store.listeners) {
      listener.accept(partition);
    }
    return answers;
  }

  private void makeRoom() {
    store.partitions.forEach((partition, events) -> {
      long excess = store.bytes.get() - store.roomBytes * 9 / 10;
      if (excess > 0) {
        trim(partition, Optional.empty(), Optional.of(Math.max(0, events.size().bytes() - excess)));
      }
    });
    if (store.bytes.get() > store.roomBytes) {
      throw new LogFull(
          "the events in memory take more than %d MiB, a quarter of the heap, and subscriptions have yet to read them; give the process more memory (-Xmx) or use file:"
              .formatted(store.roomBytes >> 20));
    }
  }

  @Override
  public List<Entry> read(Partition partition, Position after, int maxEvents, long maxBytes) {
    return store.partition(partition).read(after, maxEvents, maxBytes);
  }

  @Override
  public Place earliest(Partition partition) {
    return store.partition(partition).earliest();
  }

  @Override
  public Place latest(Partition partition) {
    return store.partition(partition).latest();
  }

  @Override
  public Place at(Partition partition, Instant time) {
    return store.partition(partition).at(time);
  }

  @Override
  public Place after(Partition partition, Position position) {
    return store.partition(partition).after(position);
  }

  @Override
  public List<Located> find(String id) {
    return store.partitions.values().stream()
        .flatMap(partition -> partition.find(id).stream())
        .toList();
  }

  @Override
  public Runnable listen(Consumer<Partition> listener) {
    Consumer<Partition> registration = partition -> listener.accept(partition);
    own.add(registration);
    store.listeners.add(registration);
    return () -> {
      own.remove(registration);
      store.listeners.remove(registration);
    };
  }

  void stopListening() {
    store.listeners.removeAll(own);
    own.clear();
  }

  @Override
  public long trim(
      Partition partition,
      Optional<Duration> age,
      Optional<Long> keepBytes,
      Optional<String> keeper) {
    Optional<Instant> takenBefore = age.map(store.environment.now()::minus);
    return store.subscriptions.belowFloors(
        partition, keeper, floor -> store.partition(partition).trim(takenBefore, keepBytes, floor));
  }

  @Override
  public void erase(Partition partition, String key, Collection<Position> positions) {
    positions.forEach(position -> store.partition(partition).erase(position, key));
  }

  @Override
  public boolean hasGaplessPositions() {
    return true;
  }

  @Override
  public PartitionSize size(Partition partition) {
    return store.partition(partition).size();
  }
}

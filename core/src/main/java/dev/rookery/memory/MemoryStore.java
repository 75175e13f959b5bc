package dev.rookery.memory;

import dev.rookery.BusConfig;
import dev.rookery.Partition;
import dev.rookery.spi.Environment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** What all opens of one name share. */
final class MemoryStore {
  final Environment environment;
  final Duration idWindow;
  final Map<Partition, MemoryPartition> partitions = new ConcurrentHashMap<>();
  final List<Consumer<Partition>> listeners = new CopyOnWriteArrayList<>();
  final Map<String, String> settings = new ConcurrentHashMap<>();
  final MemorySubscriptions subscriptions;
  final MemoryDeadLetters deadLetters;

  /** What the kept events of all partitions take. */
  final AtomicLong bytes = new AtomicLong();

  /** What they may take: a quarter of the heap. */
  final long roomBytes = Runtime.getRuntime().maxMemory() / 4;

  MemoryStore(BusConfig config, Environment environment) {
    this.environment = environment;
    this.idWindow = config.idWindow();
    subscriptions = new MemorySubscriptions(environment);
    deadLetters = new MemoryDeadLetters(subscriptions);
  }

  MemoryPartition partition(Partition partition) {
    MemoryPartition known = partitions.get(partition);
    return known != null
        ? known
        : partitions.computeIfAbsent(
            partition, p -> new MemoryPartition(p, new IdWindow(idWindow), bytes));
  }
}

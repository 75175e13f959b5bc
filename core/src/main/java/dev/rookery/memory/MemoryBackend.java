package dev.rookery.memory;

import dev.rookery.Durability;
import dev.rookery.Unsupported;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Capabilities;
import dev.rookery.spi.DeadLetterStore;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Snapshot;
import dev.rookery.spi.SubscriptionStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** One open of a store in this process' memory. */
final class MemoryBackend implements Backend {
  private final MemoryStore store;
  private final MemoryLog log;
  private final Runnable letGo;
  private final AtomicBoolean closed = new AtomicBoolean();

  MemoryBackend(MemoryStore store, Runnable letGo) {
    this.store = store;
    this.log = new MemoryLog(store);
    this.letGo = letGo;
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(
        Durability.MEMORY,
        true,
        false,
        true,
        Duration.ofSeconds(1),
        List.of("memory: keeps nothing when the process ends"));
  }

  @Override
  public EventLog log() {
    return log;
  }

  @Override
  public SubscriptionStore subscriptions() {
    return store.subscriptions;
  }

  @Override
  public DeadLetterStore deadLetters() {
    return store.deadLetters;
  }

  @Override
  public Optional<String> setting(String name) {
    return Optional.ofNullable(store.settings.get(name));
  }

  @Override
  public boolean changeSetting(String name, Optional<String> seen, String value) {
    return seen.isPresent()
        ? store.settings.replace(name, seen.get(), value)
        : store.settings.putIfAbsent(name, value) == null;
  }

  @Override
  public Snapshot snapshot() {
    throw new Unsupported("memory: keeps nothing that could be backed up; use file:./data");
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      log.stopListening();
      letGo.run();
    }
  }
}

package dev.rookery.archive;

import dev.rookery.BackendUnavailable;
import dev.rookery.spi.SegmentStore;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** A store that has no room while it is full. */
record FullStore(SegmentStore store, BooleanSupplier full) implements SegmentStore {
  @Override
  public void put(String name, byte[] bytes) {
    if (full.getAsBoolean()) {
      throw new BackendUnavailable("no space left on device");
    }
    store.put(name, bytes);
  }

  @Override
  public List<String> names() {
    return store.names();
  }

  @Override
  public Map<String, Long> sizes() {
    return store.sizes();
  }

  @Override
  public byte[] read(String name) {
    return store.read(name);
  }

  @Override
  public byte[] read(String name, int mostBytes) {
    return store.read(name, mostBytes);
  }

  @Override
  public void remove(String name) {
    store.remove(name);
  }

  @Override
  public String place(String name) {
    return store.place(name);
  }
}

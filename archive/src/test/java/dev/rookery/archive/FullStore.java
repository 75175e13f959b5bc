package dev.rookery.archive;

import dev.rookery.BackendUnavailable;
import dev.rookery.spi.SegmentStore;
import java.util.function.BooleanSupplier;

/** A store that has no room while it is full. */
record FullStore(SegmentStore store, BooleanSupplier full) implements PassingStore {
  @Override
  public void put(String name, byte[] bytes) {
    if (full.getAsBoolean()) {
      throw new BackendUnavailable("no space left on device");
    }
    store.put(name, bytes);
  }
}

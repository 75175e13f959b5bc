package dev.rookery.archive;

import dev.rookery.spi.SegmentStore;

/** A store that flips a bit of what it writes. */
record CarelessStore(SegmentStore store) implements PassingStore {
  @Override
  public void put(String name, byte[] bytes) {
    byte[] flipped = bytes.clone();
    flipped[bytes.length - 5] ^= 1;
    store.put(name, flipped);
  }
}

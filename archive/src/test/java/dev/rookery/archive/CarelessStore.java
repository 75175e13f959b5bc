package dev.rookery.archive;

import dev.rookery.spi.SegmentStore;
import java.util.List;
import java.util.Map;

/** A store that flips a bit of what it writes. */
record CarelessStore(SegmentStore store) implements SegmentStore {
  @Override
  public void put(String name, byte[] bytes) {
    byte[] flipped = bytes.clone();
    flipped[bytes.length - 5] ^= 1;
    store.put(name, flipped);
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

package dev.rookery.archive;

import dev.rookery.NotFound;
import dev.rookery.spi.SegmentStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The seeded bug: a store that answers before it keeps anything, so that the cursor is saved before
 * the segment is stored.
 */
final class LazyStore implements SegmentStore {
  private final Map<String, byte[]> held = new ConcurrentHashMap<>();
  private final SegmentStore store;

  LazyStore(SegmentStore store) {
    this.store = store;
  }

  @Override
  public void put(String name, byte[] bytes) {
    if (SegmentName.parse(name).isPresent()) {
      held.put(name, bytes);
    } else {
      store.put(name, bytes);
    }
  }

  @Override
  public List<String> names() {
    List<String> names = new ArrayList<>(store.names());
    names.addAll(held.keySet());
    return names;
  }

  @Override
  public Map<String, Long> sizes() {
    Map<String, Long> sizes = new HashMap<>(store.sizes());
    held.forEach((name, bytes) -> sizes.put(name, (long) bytes.length));
    return sizes;
  }

  @Override
  public byte[] read(String name) {
    return read(name, Integer.MAX_VALUE - Long.BYTES);
  }

  @Override
  public byte[] read(String name, int mostBytes) {
    byte[] bytes = held.get(name);
    if (bytes == null) {
      return store.read(name, mostBytes);
    }
    return java.util.Arrays.copyOf(bytes, Math.min(bytes.length, mostBytes));
  }

  @Override
  public void remove(String name) {
    if (held.remove(name) == null) {
      store.remove(name);
    }
  }

  @Override
  public String place(String name) {
    if (!names().contains(name)) {
      throw new NotFound(name);
    }
    return store.place(name);
  }
}

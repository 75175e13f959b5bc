package dev.rookery.archive;

import dev.rookery.spi.SegmentStore;
import java.util.List;
import java.util.Map;

/** A store that passes on to another what it has no mind of its own about. */
interface PassingStore extends SegmentStore {
  SegmentStore store();

  @Override
  default void put(String name, byte[] bytes) {
    store().put(name, bytes);
  }

  @Override
  default List<String> names() {
    return store().names();
  }

  @Override
  default Map<String, Long> sizes() {
    return store().sizes();
  }

  @Override
  default byte[] read(String name) {
    return store().read(name);
  }

  @Override
  default byte[] read(String name, int mostBytes) {
    return store().read(name, mostBytes);
  }

  @Override
  default void remove(String name) {
    store().remove(name);
  }

  @Override
  default String place(String name) {
    return store().place(name);
  }
}

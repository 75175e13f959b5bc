package dev.rookery.memory;

import dev.rookery.spi.Append;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * The ids that a partition took lately, oldest first: as many as the window of time holds, but no
 * more than a million, nor more than one for each KiB of heap. Guarded by its partition.
 */
final class IdWindow {
  private static final long MOST = Math.min(1_000_000, Runtime.getRuntime().maxMemory() / 1024);

  /**
   * An id that was taken.
   *
   * @param nanos when, on the clock that never steps
   */
  record Seen(long position, ByteBuffer content, long nanos) {}

  private record Key(String source, String id) {}

  private final LinkedHashMap<Key, Seen> seen = new LinkedHashMap<>();
  private final long windowNanos;

  IdWindow(Duration window) {
    windowNanos = window.toNanos();
  }

  Optional<Seen> find(Append append) {
    return seen.isEmpty() ? Optional.empty() : Optional.ofNullable(seen.get(key(append)));
  }

  void add(Append append, long position, long nanos) {
    byte[] content = new byte[append.content().remaining()];
    append.content().get(append.content().position(), content);
    seen.put(key(append), new Seen(position, ByteBuffer.wrap(content), nanos));
  }

  void forgetOld(long nanos) {
    while (!seen.isEmpty()
        && (seen.size() > MOST || nanos - seen.firstEntry().getValue().nanos() > windowNanos)) {
      seen.pollFirstEntry();
    }
  }

  private static Key key(Append append) {
    return new Key(append.event().source(), append.event().id());
  }
}

package dev.rookery.archive;

import dev.rookery.DamagedLog;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Tells which ids a segment certainly does not speak of (a Bloom filter); one in a hundred that it
 * does not exclude is not there either. It holds what the times of a segment's own ids cannot tell:
 * ids that are no UUIDv7, and those of events elsewhere.
 */
final class IdFilter {
  private static final int BITS_PER_ID = 10;
  private static final int HASHES = 7;
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private final byte[] bits;

  private IdFilter(byte[] bits) {
    this.bits = bits;
  }

  static void write(Output out, Set<String> ids) {
    IdFilter filter = new IdFilter(new byte[(ids.size() * BITS_PER_ID + 7) / Byte.SIZE]);
    for (String id : ids) {
      long hash = hash(id);
      for (int i = 0; i < HASHES; i++) {
        int bit = filter.bit(hash, i);
        filter.bits[bit / Byte.SIZE] |= (byte) (1 << bit % Byte.SIZE);
      }
    }
    out.raw(filter.bits);
  }

  static IdFilter read(Input in) {
    if (in.left() > Segment.MOST_BYTES) {
      throw new DamagedLog("its filter is too large");
    }
    return new IdFilter(in.raw(in.left()));
  }

  boolean mayHold(String id) {
    long hash = hash(id);
    for (int i = 0; i < HASHES; i++) {
      if (bits.length == 0) {
        return false;
      }
      int bit = bit(hash, i);
      if ((bits[bit / Byte.SIZE] >> bit % Byte.SIZE & 1) == 0) {
        return false;
      }
    }
    return true;
  }

  private int bit(long hash, int n) {
    long mixed = (hash & 0xffff_ffffL) + n * (hash >>> Integer.SIZE);
    return (int) (mixed % ((long) bits.length * Byte.SIZE));
  }

  /** FNV-1a in 64 bits, over UTF-8. */
  private static long hash(String id) {
    long hash = FNV_OFFSET;
    for (byte each : id.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ each & 0xff) * FNV_PRIME;
    }
    return hash;
  }
}

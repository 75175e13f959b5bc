package dev.rookery.archive;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** A segment whose columns are changed and sealed again with right checksums. */
final class Resealed {
  private final byte[] segment;
  private final SegmentHeader header;
  private final Map<Integer, byte[]> columns = new LinkedHashMap<>();

  private Resealed(byte[] segment) {
    this.segment = segment;
    this.header = SegmentHeader.read(segment);
    int from = SegmentHeader.length(segment);
    for (Packed block : header.blocks()) {
      columns.put(block.column(), block.unpacked(segment, from, Optional.empty()));
      from += block.storedBytes();
    }
  }

  static Resealed of(byte[] segment) {
    return new Resealed(segment);
  }

  Set<Integer> columns() {
    return columns.keySet();
  }

  int length(int column) {
    return columns.get(column).length;
  }

  int headerLength() {
    return SegmentHeader.length(segment) - Integer.BYTES;
  }

  /** With a column in which a byte is another, or which is cut there. */
  byte[] withChanged(int column, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] changed = columns.get(column).clone();
    int at = random.nextInt(changed.length);
    if (random.nextInt(10) == 0) {
      return with(column, Arrays.copyOf(changed, at));
    }
    changed[at] = (byte) (random.nextBoolean() ? random.nextInt() : changed[at] + 1);
    return with(column, changed);
  }

  private byte[] with(int column, byte[] changed) {
    Output body = new Output();
    List<Packed> blocks = new ArrayList<>();
    columns.forEach((each, bytes) -> {
      byte[] raw = each == column ? changed : bytes;
      int checksum = Packed.checksum(raw, 0, raw.length);
      blocks.add(new Packed(each, 0, raw.length, raw.length, checksum));
      body.raw(raw);
    });
    Output out = new Output();
    out.raw(
        new SegmentHeader(
                header.partition(),
                header.count(),
                header.before(),
                header.last(),
                header.taken(),
                header.earliest(),
                header.latest(),
                header.ids(),
                0,
                blocks)
            .bytes());
    out.raw(body.bytes());
    return out.bytes();
  }

  /** With another byte in the header, and its checksum right again. */
  byte[] withHeaderChanged(int at) {
    byte[] changed = segment.clone();
    changed[at]++;
    int end = headerLength();
    int checksum = Packed.checksum(changed, 0, end);
    for (int i = 0; i < Integer.BYTES; i++) {
      changed[end + i] = (byte) (checksum >>> i * Byte.SIZE);
    }
    return changed;
  }
}

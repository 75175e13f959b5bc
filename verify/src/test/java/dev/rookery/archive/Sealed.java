package dev.rookery.archive;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes a segment of any bytes: the first says how many entries it has, and then come its columns,
 * each a byte for its number, a byte for its length, and that much.
 */
final class Sealed {
  private Sealed() {}

  static byte[] of(byte[] bytes) {
    int count = bytes.length == 0 ? 1 : Math.max(1, bytes[0] & 0xff);
    List<Packed> blocks = new ArrayList<>();
    Output columns = new Output();
    for (int at = 1; at + 2 <= bytes.length; ) {
      int length = Math.min(bytes[at + 1] & 0xff, bytes.length - at - 2);
      byte[] raw = Arrays.copyOfRange(bytes, at + 2, at + 2 + length);
      int checksum = Packed.checksum(raw, 0, length);
      blocks.add(new Packed(bytes[at] & 0xff, 0, length, length, checksum));
      columns.raw(raw);
      at += 2 + length;
    }
    Output out = new Output();
    out.raw(
        new SegmentHeader(
                new Partition("user", 0),
                count,
                Place.BEGINNING,
                Position.of(count),
                Instant.EPOCH,
                Instant.EPOCH,
                Instant.EPOCH,
                SegmentHeader.Millis.NONE,
                0,
                blocks)
            .bytes());
    out.raw(columns.bytes());
    return out.bytes();
  }
}

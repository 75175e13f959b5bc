package dev.rookery.archive;

import dev.rookery.DamagedLog;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A segment's bytes, by columns, each unpacked when it is asked for. */
final class SegmentFile {
  private final SegmentHeader header;
  private final byte[] bytes;
  private final Optional<Dictionary> dictionary;
  private final Map<Integer, Place> places = new HashMap<>();

  private record Place(Packed block, int from) {}

  private SegmentFile(SegmentHeader header, byte[] bytes, Optional<Dictionary> dictionary) {
    this.header = header;
    this.bytes = bytes;
    this.dictionary = dictionary;
  }

  static SegmentFile of(byte[] bytes, Optional<Dictionary> dictionary) {
    SegmentHeader header = SegmentHeader.read(bytes);
    int known = dictionary.map(Dictionary::id).orElse(0);
    if (header.dictionary() != known) {
      throw new DamagedLog("it needs another dictionary");
    }
    SegmentFile file = new SegmentFile(header, bytes, dictionary);
    int from = SegmentHeader.length(bytes);
    for (Packed block : header.blocks()) {
      if (file.places.put(block.column(), new Place(block, from)) != null) {
        throw new DamagedLog("it has column " + block.column() + " twice");
      }
      if (block.storedBytes() > bytes.length - from) {
        throw new DamagedLog("it ends too early");
      }
      block.check(bytes, from);
      from += block.storedBytes();
    }
    if (from != bytes.length) {
      throw new DamagedLog("there is more in it than it says");
    }
    return file;
  }

  SegmentHeader header() {
    return header;
  }

  Input column(int column) {
    Place place = places.get(column);
    if (place == null) {
      throw new DamagedLog("it has no column " + column);
    }
    return new Input(place.block.unpacked(bytes, place.from, dictionary));
  }

  /** A column that is read by itself and whole. */
  <T> T column(int column, Function<Input, T> read) {
    Input in = column(column);
    T value = read.apply(in);
    in.ends();
    return value;
  }

  Texts texts(int column) {
    return column(column, in -> Texts.read(in, header.count()));
  }

  /** Whether a column has a text in any row. */
  boolean holds(int column, String text) {
    return texts(column).all().contains(text);
  }
}

package dev.rookery.archive;

import dev.rookery.DamagedLog;
import dev.rookery.Event;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.spi.Entry;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A run of one partition's entries, read out of its bytes. What {@link #open} accepts is whole: no
 * later call finds it damaged.
 */
final class Segment {
  /** A segment has no more entries. */
  static final int MOST_ENTRIES = 1 << 16;

  /** A segment's columns take no more unpacked, all together. */
  static final int MOST_BYTES = 48 << 20;

  static final int POSITIONS = 1;
  static final int TIMES = 2;
  static final int IDS = 3;
  static final int CORRELATIONS = 5;
  static final int CAUSATIONS = 7;
  static final int TYPES = 9;
  static final int SOURCES = 10;
  static final int KEYS = 11;
  static final int CONTENT_TYPES = 12;
  static final int VERSIONS = 13;
  static final int ATTRIBUTES = 14;
  static final int BROKEN = 15;
  static final int FILTER = 16;
  static final int TEMPLATES = 17;

  /** The columns of values begin here. */
  static final int VALUES = 32;

  private final SegmentHeader header;
  private final long[] highs;
  private final long[] lows;
  private final Times times;
  private final IdColumn ids;
  private final References correlations;
  private final References causations;
  private final Texts types;
  private final Texts sources;
  private final Texts keys;
  private final Texts contentTypes;
  private final long[] versions;
  private final Texts attributes;
  private final Map<Integer, String> broken;
  private final Payloads payloads;

  private Segment(SegmentFile file) {
    header = file.header();
    int count = header.count();
    Input positions = file.column(POSITIONS);
    highs = Longs.readRising(positions, count);
    lows = Longs.readRising(positions, count);
    positions.ends();
    checkPositions();
    times = file.column(TIMES, in -> Times.read(in, count));
    long[] millis = times.millis();
    ids = IdColumn.read(file.column(IDS), file.column(IDS + 1), millis);
    correlations =
        References.read(
            file.column(CORRELATIONS), file.column(CORRELATIONS + 1), millis, References.NONE);
    causations =
        References.read(
            file.column(CAUSATIONS),
            file.column(CAUSATIONS + 1),
            millis,
            References.AS_CORRELATION);
    types = file.texts(TYPES);
    sources = file.texts(SOURCES);
    keys = file.texts(KEYS);
    contentTypes = file.texts(CONTENT_TYPES);
    versions = file.column(VERSIONS, in -> Longs.readRising(in, count));
    attributes = file.column(ATTRIBUTES, in -> attributes(in, count));
    broken = file.column(BROKEN, in -> broken(in, count));
    payloads = Payloads.read(file.column(TEMPLATES), count, i -> file.column(VALUES + i));
  }

  /**
   * Reads a segment.
   *
   * @throws DamagedLog when the bytes are none
   */
  static Segment open(byte[] bytes, Optional<Dictionary> dictionary) {
    return new Segment(SegmentFile.of(bytes, dictionary));
  }

  /** As {@link #open}, of bytes that were looked at already. */
  static Segment of(SegmentFile file) {
    return new Segment(file);
  }

  private void checkPositions() {
    Position before = header.before().position();
    for (int row = 0; row < highs.length; row++) {
      if (highs[row] < 0 || lows[row] < 0 || !position(row).isAfter(before)) {
        throw new DamagedLog("its positions do not rise");
      }
      before = position(row);
    }
    if (!before.equals(header.last())) {
      throw new DamagedLog("its last position is not the one it says");
    }
  }

  private static Map<Integer, String> broken(Input in, int count) {
    int number = in.count(count);
    long[] rows = Longs.readRising(in, number);
    Texts reasons = Texts.read(in, number);
    Map<Integer, String> broken = new HashMap<>();
    for (int i = 0; i < number; i++) {
      if (rows[i] < 0 || rows[i] >= count) {
        throw new DamagedLog("an index in it is out of range");
      }
      broken.put((int) rows[i], reasons.text(i));
    }
    return broken;
  }

  SegmentHeader header() {
    return header;
  }

  private Position position(int row) {
    return new Position(highs[row], lows[row]);
  }

  /** The first row after a position; the number of rows where there is none. */
  int rowAfter(Position position) {
    int low = 0;
    int high = highs.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (position(middle).isAfter(position)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  String id(int row) {
    return ids.id(row);
  }

  Entry entry(int row) {
    String reason = broken.get(row);
    Payload data = Payload.wrap(contentTypes.text(row), payloads.data(row));
    return reason == null
        ? new Entry.Stored(position(row), event(row, data))
        : new Entry.Broken(position(row), data, reason);
  }

  private Event event(int row, Payload data) {
    String id = ids.id(row);
    return new Event(
        id,
        types.text(row),
        sources.text(row),
        keys.text(row),
        times.time(row),
        correlations.is(row, References.NONE) ? id : correlations.id(row, ids),
        causation(row),
        (int) versions[row],
        data,
        attributes(attributes, row));
  }

  private String correlation(int row) {
    return correlations.is(row, References.NONE) ? ids.id(row) : correlations.id(row, ids);
  }

  private Optional<String> causation(int row) {
    if (causations.is(row, References.NONE)) {
      return Optional.empty();
    }
    return Optional.of(
        causations.is(row, References.AS_CORRELATION) ? correlation(row) : causations.id(row, ids));
  }

  private static Texts attributes(Input in, int count) {
    Texts attributes = Texts.read(in, count);
    for (int row = 0; row < count; row++) {
      attributes(attributes, row);
    }
    return attributes;
  }

  private static Map<String, String> attributes(Texts attributes, int row) {
    if (attributes.length(row) == 0) {
      return Map.of();
    }
    Input in = new Input(attributes.bytes(row));
    Map<String, String> found = new HashMap<>();
    while (in.left() > 0) {
      found.put(in.text(), in.text());
    }
    return Map.copyOf(found);
  }
}

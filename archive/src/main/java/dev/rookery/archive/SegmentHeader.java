package dev.rookery.archive;

import dev.rookery.DamagedLog;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Place;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a segment says of itself before its columns.
 *
 * @param before the place before its first entry
 * @param last the position of its last entry; the segment holds all between
 * @param taken the log had taken the last of them by then
 * @param earliest the least time of its events
 * @param latest the greatest
 * @param ids the milliseconds of its UUIDv7 ids
 * @param dictionary the id of the dictionary it needs, 0 for none
 */
record SegmentHeader(
    Partition partition,
    int count,
    Place before,
    Position last,
    Instant taken,
    Instant earliest,
    Instant latest,
    Millis ids,
    int dictionary,
    List<Packed> blocks) {
  private static final byte[] MAGIC = "RKSEG".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int BEFORE_LENGTH = MAGIC.length + 1;
  private static final int MOST_BLOCKS = 5_000;

  /** From the first to the last, both included; none where the first is greater. */
  record Millis(long first, long last) {
    static final Millis NONE = new Millis(1, 0);

    boolean holds(long millis) {
      return first <= millis && millis <= last;
    }

    Millis with(long millis) {
      return first > last
          ? new Millis(millis, millis)
          : new Millis(Math.min(first, millis), Math.max(last, millis));
    }
  }

  SegmentHeader {
    blocks = List.copyOf(blocks);
  }

  /** What is worth remembering of a segment that is not open: most of a header is its blocks. */
  SegmentHeader withoutBlocks() {
    return new SegmentHeader(
        partition, count, before, last, taken, earliest, latest, ids, dictionary, List.of());
  }

  /** Where the columns begin in a file that begins so, and how much is needed to tell. */
  static final int LENGTH_KNOWN_AT = BEFORE_LENGTH + Integer.BYTES;

  byte[] bytes() {
    Output body = new Output();
    body.text(partition.stream());
    body.number(partition.number());
    body.number(count);
    writePosition(body, before.position());
    body.number(before.ordinal());
    writePosition(body, last);
    body.time(taken);
    body.time(earliest);
    body.time(latest);
    body.number(ids.first());
    body.number(ids.last());
    body.word(dictionary);
    body.number(blocks.size());
    blocks.forEach(block -> block.write(body));
    Output out = new Output();
    out.raw(MAGIC);
    out.single(VERSION);
    out.word(body.size());
    out.raw(body.bytes());
    byte[] soFar = out.bytes();
    out.word(Packed.checksum(soFar, 0, soFar.length));
    return out.bytes();
  }

  private static void writePosition(Output out, Position position) {
    out.number(position.high());
    out.number(position.low());
  }

  /** How long the header is in bytes, by its first {@link #LENGTH_KNOWN_AT}. */
  static int length(byte[] start) {
    Input in = new Input(start);
    if (!Arrays.equals(in.raw(MAGIC.length), MAGIC)) {
      throw new DamagedLog("it does not begin as a segment does");
    }
    int version = in.single();
    if (version != VERSION) {
      throw new DamagedLog(
          "its format is version " + version + ", a newer Rookery wrote it; use that one");
    }
    int length = in.word();
    if (length < 0 || length > Segment.MOST_BYTES) {
      throw new DamagedLog("its header has no length");
    }
    return LENGTH_KNOWN_AT + length + Integer.BYTES;
  }

  /** Reads the header at the beginning of some bytes. */
  static SegmentHeader read(byte[] file) {
    int end = length(file);
    if (end > file.length) {
      throw new DamagedLog("it ends too early");
    }
    int body = end - Integer.BYTES;
    if (new Input(file, body, end).word() != Packed.checksum(file, 0, body)) {
      throw new DamagedLog("its header does not match its checksum");
    }
    Input in = new Input(file, LENGTH_KNOWN_AT, body);
    SegmentHeader header =
        new SegmentHeader(
            partition(in),
            in.count(Segment.MOST_ENTRIES),
            new Place(position(in), positive(in)),
            position(in),
            in.time(),
            in.time(),
            in.time(),
            new Millis(in.number(), in.number()),
            in.word(),
            blocks(in));
    in.ends();
    if (header.count < 1 || !header.last.isAfter(header.before.position())) {
      throw new DamagedLog("it holds nothing");
    }
    return header;
  }

  private static Partition partition(Input in) {
    String stream = in.text();
    if (stream.isEmpty()) {
      throw new DamagedLog("its stream has no name");
    }
    return new Partition(stream, in.count(Integer.MAX_VALUE));
  }

  private static long positive(Input in) {
    long value = in.number();
    if (value < 0) {
      throw new DamagedLog("a number in it is out of range");
    }
    return value;
  }

  private static Position position(Input in) {
    return new Position(positive(in), positive(in));
  }

  private static List<Packed> blocks(Input in) {
    int count = in.count(MOST_BLOCKS);
    List<Packed> blocks = new ArrayList<>();
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      Packed block = Packed.read(in);
      bytes += block.rawBytes();
      if (bytes > Segment.MOST_BYTES) {
        throw new DamagedLog("it unpacks to more than a segment may hold");
      }
      blocks.add(block);
    }
    return blocks;
  }
}

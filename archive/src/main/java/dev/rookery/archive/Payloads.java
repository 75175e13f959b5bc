package dev.rookery.archive;

import dev.rookery.DamagedLog;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * The column of the events' data. Where many are JSON of the same shape, the shape is written once
 * as a {@link Template}, and what they fill in are columns of their own.
 */
final class Payloads {
  private static final int MOST_TEMPLATES = 64;
  private static final int MOST_PIECES = 65;

  /** What all columns of values have together, rows times columns. */
  private static final int MOST_CELLS = 1 << 20;

  /** What is rarer than this is not worth columns of its own. */
  private static final int FEWEST = 8;

  private final int[] templates;

  /** Which of its template each row is. */
  private final int[] ranks;

  /** The pieces of each template around its values; a single empty-handed one is the whole text. */
  private final List<Frame> frames;

  private record Frame(List<byte[]> pieces, List<Texts> columns) {
    byte[] filled(int rank) {
      int length = 0;
      for (byte[] piece : pieces) {
        length += piece.length;
      }
      for (Texts column : columns) {
        length += column.length(rank);
      }
      byte[] text = new byte[length];
      int at = 0;
      for (int i = 0; i < pieces.size(); i++) {
        byte[] piece = pieces.get(i);
        System.arraycopy(piece, 0, text, at, piece.length);
        at += piece.length;
        if (i < columns.size()) {
          at = columns.get(i).copy(rank, text, at);
        }
      }
      return text;
    }
  }

  private Payloads(int[] templates, int[] ranks, List<Frame> frames) {
    this.templates = templates;
    this.ranks = ranks;
    this.frames = frames;
  }

  /** Where a column of values is written: one block each, in order. */
  interface Blocks {
    Output next();
  }

  static void write(List<byte[]> texts, Output out, Blocks blocks) {
    List<Optional<Template>> cut = texts.stream().map(Template::of).toList();
    Map<String, Integer> counts = new HashMap<>();
    cut.forEach(each -> each.ifPresent(found -> counts.merge(found.frame(), 1, Integer::sum)));
    List<String> frames = frames(counts, texts.size());
    long[] indices = new long[texts.size()];
    List<List<List<byte[]>>> rows = new ArrayList<>();
    for (int i = 0; i <= frames.size(); i++) {
      rows.add(new ArrayList<>());
    }
    for (int i = 0; i < indices.length; i++) {
      int frame = cut.get(i).map(found -> frames.indexOf(found.frame())).orElse(-1) + 1;
      indices[i] = frame;
      rows.get(frame).add(frame == 0 ? List.of(texts.get(i)) : cut.get(i).orElseThrow().values());
    }
    out.number(frames.size());
    frames.forEach(frame -> writeFrame(out, frame));
    Longs.write(out, indices);
    for (List<List<byte[]>> filled : rows) {
      int columns = filled.isEmpty() ? 1 : filled.getFirst().size();
      for (int column = 0; column < columns; column++) {
        int which = column;
        Texts.write(blocks.next(), filled.stream().map(values -> values.get(which)).toList());
      }
    }
  }

  /** The most frequent, as far as there is room for their values. */
  private static List<String> frames(Map<String, Integer> counts, int rows) {
    List<String> frames = new ArrayList<>();
    long cells = rows;
    List<Map.Entry<String, Integer>> byCount = new ArrayList<>(counts.entrySet());
    byCount.sort(
        Map.Entry.<String, Integer>comparingByValue()
            .reversed()
            .thenComparing(Map.Entry.comparingByKey()));
    for (Map.Entry<String, Integer> each : byCount) {
      long more = each.getValue() * each.getKey().chars().filter(c -> c == 0).count();
      if (each.getValue() >= Math.min(FEWEST, rows)
          && frames.size() < MOST_TEMPLATES
          && cells + more <= MOST_CELLS) {
        frames.add(each.getKey());
        cells += more;
      }
    }
    return frames;
  }

  private static void writeFrame(Output out, String frame) {
    byte[] bytes = frame.getBytes(StandardCharsets.ISO_8859_1);
    out.number(bytes.length);
    out.raw(bytes);
  }

  /**
   * Reads the column.
   *
   * @param blocks the block of each column of values
   */
  static Payloads read(Input in, int count, IntFunction<Input> blocks) {
    int number = in.count(MOST_TEMPLATES);
    List<List<byte[]>> pieces = new ArrayList<>();
    pieces.add(List.of(new byte[0], new byte[0]));
    for (int i = 0; i < number; i++) {
      pieces.add(pieces(in.raw(in.count(in.left()))));
    }
    int[] templates = Longs.readIndices(in, count, number + 1);
    in.ends();
    int[] ranks = new int[count];
    int[] counts = new int[number + 1];
    for (int i = 0; i < count; i++) {
      ranks[i] = counts[templates[i]]++;
    }
    long cells = 0;
    for (int i = 0; i <= number; i++) {
      cells += counts[i] * (pieces.get(i).size() - 1L);
    }
    if (cells > MOST_CELLS) {
      throw new DamagedLog("its data has too many values");
    }
    int block = 0;
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i <= number; i++) {
      List<Texts> columns = new ArrayList<>();
      for (int column = 0; column < pieces.get(i).size() - 1; column++) {
        Input values = blocks.apply(block++);
        columns.add(Texts.read(values, counts[i]));
        values.ends();
      }
      frames.add(new Frame(pieces.get(i), columns));
    }
    return new Payloads(templates, ranks, frames);
  }

  private static List<byte[]> pieces(byte[] frame) {
    List<byte[]> pieces = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < frame.length; i++) {
      if (frame[i] == 0) {
        pieces.add(java.util.Arrays.copyOfRange(frame, from, i));
        from = i + 1;
      }
    }
    pieces.add(java.util.Arrays.copyOfRange(frame, from, frame.length));
    if (pieces.size() > MOST_PIECES) {
      throw new DamagedLog("a template in it has too many values");
    }
    return pieces;
  }

  byte[] data(int row) {
    return frames.get(templates[row]).filled(ranks[row]);
  }
}

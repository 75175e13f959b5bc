package dev.rookery.archive;

import dev.rookery.DamagedLog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A column of ids of other events: correlations or causations. Most are the id of an event that
 * stands shortly before in the same segment, and are written as how many rows before.
 */
final class References {
  /** The event's own id among correlations; none among causations. */
  static final int NONE = 0;

  /** As the same event's correlation. */
  static final int AS_CORRELATION = 1;

  private static final int ELSEWHERE = 2;
  private static final int ROWS_BEFORE = 2;

  private final long[] codes;
  private final int[] ranks;
  private final IdColumn elsewhere;

  private References(long[] codes, int[] ranks, IdColumn elsewhere) {
    this.codes = codes;
    this.ranks = ranks;
    this.elsewhere = elsewhere;
  }

  /** What is known of a row while it is written: a code of its own, or an id. */
  sealed interface Wish {
    record Code(int code) implements Wish {}

    record Id(String id) implements Wish {}
  }

  /**
   * Writes a column.
   *
   * @return those ids that are of no event before
   */
  static List<String> write(
      List<String> ids, List<Wish> wishes, long[] near, Output out, Output random) {
    Map<String, Integer> rows = new HashMap<>();
    long[] codes = new long[wishes.size()];
    List<String> others = new ArrayList<>();
    long[] othersNear = new long[codes.length];
    for (int i = 0; i < codes.length; i++) {
      switch (wishes.get(i)) {
        case Wish.Code(int code) -> codes[i] = code;
        case Wish.Id(String id) -> {
          Integer row = rows.get(id);
          codes[i] = row == null ? ELSEWHERE : ROWS_BEFORE + i - row;
          if (row == null) {
            othersNear[others.size()] = near[i];
            others.add(id);
          }
        }
      }
      rows.put(ids.get(i), i);
    }
    Longs.write(out, codes);
    IdColumn.write(others, Arrays.copyOf(othersNear, others.size()), out, random);
    return others;
  }

  /**
   * Reads a column.
   *
   * @param mostCode the last of the codes that may stand in it
   */
  static References read(Input in, Input random, long[] near, int mostCode) {
    long[] codes = Longs.read(in, near.length);
    int[] ranks = new int[codes.length];
    long[] othersNear = new long[codes.length];
    int others = 0;
    for (int i = 0; i < codes.length; i++) {
      if (codes[i] == ELSEWHERE) {
        ranks[i] = others;
        othersNear[others++] = near[i];
      } else if (codes[i] < 0
          || codes[i] - ROWS_BEFORE > i
          || (codes[i] > mostCode && codes[i] < ELSEWHERE)) {
        throw new DamagedLog("a reference in it leads out of it");
      }
    }
    return new References(
        codes, ranks, IdColumn.read(in, random, Arrays.copyOf(othersNear, others)));
  }

  boolean is(int row, int code) {
    return codes[row] == code;
  }

  /** The id, where it is no code of its own. */
  String id(int row, IdColumn ids) {
    return codes[row] == ELSEWHERE
        ? elsewhere.id(ranks[row])
        : ids.id(row - (int) codes[row] + ROWS_BEFORE);
  }
}

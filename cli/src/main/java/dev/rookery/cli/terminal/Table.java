package dev.rookery.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Rows under headings, in columns as wide as they need to be. */
public final class Table {
  private static final Pattern QUANTITY =
      Pattern.compile("-|[0-9][0-9,.]*( (ms|s|min|h|d|B|kB|MB|GB|TB))?");
  private static final int CELL_WIDTH = 100;

  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... headings) {
    this.headings = List.of(headings);
  }

  /** Adds a row; the cells may be text from outside. */
  public Table row(Object... cells) {
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(Shown.cut(Shown.text(String.valueOf(cell)), CELL_WIDTH));
    }
    if (row.size() != headings.size()) {
      throw new IllegalArgumentException(row.size() + " cells under " + headings);
    }
    rows.add(row);
    return this;
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** The heading line and one line a row; numbers and quantities stand to the right. */
  public List<String> lines() {
    int[] widths = new int[headings.size()];
    boolean[] right = new boolean[headings.size()];
    for (int column = 0; column < widths.length; column++) {
      int at = column;
      widths[column] = width(headings.get(column));
      rows.forEach(row -> widths[at] = Math.max(widths[at], width(row.get(at))));
      right[column] =
          !rows.isEmpty() && rows.stream().allMatch(row -> QUANTITY.matcher(row.get(at)).matches());
    }
    List<String> lines = new ArrayList<>();
    lines.add(line(headings, widths, right));
    rows.forEach(row -> lines.add(line(row, widths, right)));
    return lines;
  }

  public void print(Terminal terminal) {
    lines().forEach(terminal.out()::println);
    terminal.out().flush();
  }

  private static String line(List<String> cells, int[] widths, boolean[] right) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = cells.get(column);
      String padding = " ".repeat(widths[column] - width(cell));
      line.append(right[column] ? padding + cell : cell + padding).append("  ");
    }
    return line.toString().stripTrailing();
  }

  private static int width(String text) {
    return text.codePoints().map(Table::width).sum();
  }

  /** Combining marks take no column, East Asian wide characters and pictographs take two. */
  private static int width(int codePoint) {
    int type = Character.getType(codePoint);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT) {
      return 0;
    }
    boolean wide =
        (codePoint >= 0x1100 && codePoint <= 0x115f)
            || (codePoint >= 0x2e80 && codePoint <= 0xa4cf)
            || (codePoint >= 0xac00 && codePoint <= 0xd7a3)
            || (codePoint >= 0xf900 && codePoint <= 0xfaff)
            || (codePoint >= 0xfe30 && codePoint <= 0xfe6f)
            || (codePoint >= 0xff00 && codePoint <= 0xff60)
            || (codePoint >= 0x1f300 && codePoint <= 0x1faff)
            || (codePoint >= 0x20000 && codePoint <= 0x3fffd);
    return wide ? 2 : 1;
  }
}

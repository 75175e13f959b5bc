package dev.rookery.cli.demo;

import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Table;
import dev.rookery.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Shows the run while it runs: a table drawn in place for a person, else a line now and then. */
final class DemoScreen {
  private static final long LIVE_NANOS = 500_000_000L;
  private static final long LINE_NANOS = 2_000_000_000L;

  private final Terminal terminal;
  private final boolean quiet;
  private final boolean live;
  private final Map<String, Long> before = new HashMap<>();
  private long shownAt = System.nanoTime();
  private int drawn;

  DemoScreen(Terminal terminal, boolean quiet) {
    this.terminal = terminal;
    this.quiet = quiet;
    this.live = !quiet && terminal.isLive();
  }

  /** Says something that stays, above the table. */
  void say(String message) {
    if (quiet) {
      terminal.message(message);
    } else {
      erase();
      terminal.line(message);
    }
  }

  boolean isDue() {
    return !quiet && System.nanoTime() - shownAt >= (live ? LIVE_NANOS : LINE_NANOS);
  }

  void show(LiveFigures figures, double seconds, double of) {
    double interval = (System.nanoTime() - shownAt) / 1e9;
    shownAt = System.nanoTime();
    if (live) {
      draw(figures, seconds, of, interval);
    } else {
      line(figures, seconds, of, interval);
    }
    figures.forget();
  }

  private void line(LiveFigures figures, double seconds, double of, double interval) {
    long handled = figures.rows().values().stream().mapToLong(row -> row.handled).sum();
    long failed = figures.rows().values().stream().mapToLong(row -> row.failed).sum();
    terminal.line(
        "%5.1f s of %.0f   published %,d (%,.0f/s)   handled %,d (%,.0f/s)   retried %,d   %s owns %s"
            .formatted(
                seconds,
                of,
                figures.published(),
                perSecond("", figures.published(), interval),
                handled,
                perSecond("all", handled, interval),
                failed,
                figures.owner(),
                Fleet.SHARED));
  }

  private void draw(LiveFigures figures, double seconds, double of, double interval) {
    Table table =
        new Table("SUBSCRIPTION", "HANDLED", "A SECOND", "P50", "P95", "RETRIED", "REJECTED", "BY");
    figures
        .rows()
        .forEach((name, row) ->
            table.row(
                name,
                Shown.number(row.handled),
                Shown.number(Math.round(perSecond(name, row.handled, interval))),
                Shown.millis(row.recent.percentileMillis(0.50)),
                Shown.millis(row.recent.percentileMillis(0.95)),
                row.failed,
                row.rejected,
                row.lastProcess));
    List<String> lines = new ArrayList<>();
    lines.add(
        "%5.1f s of %.0f   published %,d (%,.0f/s)"
            .formatted(
                seconds, of, figures.published(), perSecond("", figures.published(), interval)));
    lines.addAll(table.lines());
    erase();
    lines.forEach(terminal.out()::println);
    terminal.out().flush();
    drawn = lines.size();
  }

  private double perSecond(String what, long now, double interval) {
    long last = before.getOrDefault(what, 0L);
    before.put(what, now);
    return (now - last) / Math.max(0.001, interval);
  }

  private void erase() {
    if (drawn > 0) {
      terminal.out().print("\u001b[" + drawn + "A\u001b[J");
      drawn = 0;
    }
  }
}

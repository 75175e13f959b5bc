package dev.rookery.cli.terminal;

/** A bar on standard error: drawn in place for a person, a line every two seconds for a file. */
public final class Progress implements AutoCloseable {
  private static final int WIDTH = 30;
  private static final long LIVE_NANOS = 100_000_000L;
  private static final long LINE_NANOS = 2_000_000_000L;

  private final Terminal terminal;
  private final String what;
  private final long total;
  private final boolean live;
  private final long began = System.nanoTime();
  private long shownAt = began;
  private boolean drawn;

  /**
   * Begins it.
   *
   * @param total 0 where it is not known
   */
  public Progress(Terminal terminal, String what, long total) {
    this.terminal = terminal;
    this.what = what;
    this.total = total;
    this.live = terminal.isLive();
  }

  public void at(long done) {
    long now = System.nanoTime();
    if (now - shownAt >= (live ? LIVE_NANOS : LINE_NANOS)) {
      shownAt = now;
      show(done, now);
    }
  }

  private void show(long done, long now) {
    double perSecond = done / Math.max(1e-9, (now - began) / 1e9);
    StringBuilder line = new StringBuilder(what).append("  ");
    if (total > 0) {
      double part = Math.min(1, (double) done / total);
      int full = (int) (part * WIDTH);
      line.append("█".repeat(full)).append("░".repeat(WIDTH - full));
      line.append(String.format(java.util.Locale.ROOT, " %3.0f %%  ", part * 100));
      line.append(Shown.number(done)).append(" of ").append(Shown.number(total));
    } else {
      line.append(Shown.number(done)).append(" events");
    }
    line.append("  ").append(Shown.number(Math.round(perSecond))).append("/s");
    if (live) {
      terminal.err().print("\r\u001b[K" + line);
      terminal.err().flush();
      drawn = true;
    } else {
      terminal.message(line.toString());
    }
  }

  /** Leaves the line as it last was. */
  @Override
  public void close() {
    if (drawn) {
      terminal.err().print("\r\u001b[K");
      terminal.err().flush();
    }
  }
}

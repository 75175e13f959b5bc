package dev.rookery.benchmarks.redis;

import java.util.Locale;

/** When Redis syncs its append-only file. */
public enum Fsync {
  /** Once a second, behind the answers. */
  EVERYSEC,
  /** Before each answer. */
  ALWAYS;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

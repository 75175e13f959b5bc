package dev.rookery.benchmarks.load;

import java.util.Locale;

/** How the publishers go about it. */
public enum Load {
  /** Each publisher stores batches of 500, one after the other, as fast as they are taken. */
  BATCHES,
  /** 256 callers in all store one event each, and the next when that one is stored. */
  SINGLES,
  /** Events are due at a rate; what is due is stored at once. */
  PACED;

  public static final int BATCH = 500;
  public static final int IN_FLIGHT = 256;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

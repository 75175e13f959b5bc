package dev.rookery.cli.demo;

import dev.rookery.EventRejected;

/**
 * What goes wrong in a handler, the same in every run: the second bot fails the first attempt of
 * one event in a thousand, the last one rejects one in four thousand for good.
 */
final class Quirks {
  private static final int FAILS = 1_000;
  private static final int REJECTS = 4_000;

  private final boolean fails;
  private final boolean rejects;

  Quirks(int number, int bots) {
    fails = number == Math.min(2, bots);
    rejects = number == bots;
  }

  void act(String key, long seq, int attempt) {
    int drawn = Math.floorMod((key + "/" + seq).hashCode() * 0x9e3779b1, 1 << 30);
    if (rejects && drawn % REJECTS == 1) {
      throw new EventRejected("the demo rejects one event in " + REJECTS);
    }
    if (fails && attempt == 1 && drawn % FAILS == 2) {
      throw new IllegalStateException("the demo fails one first attempt in " + FAILS);
    }
  }
}

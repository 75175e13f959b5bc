package dev.rookery.archive;

import dev.rookery.DamagedLog;
import java.time.Instant;
import java.util.List;

/** A column of instants, in the coarsest unit that all of them have in common. */
final class Times {
  private static final int[] UNITS = {1_000_000_000, 1_000_000, 1_000, 1};
  private static final int WIDE = UNITS.length;
  private static final long NEAR_SECONDS = 1L << 33;
  private static final int SECOND = 1_000_000_000;

  private final long[] seconds;
  private final int[] nanos;

  private Times(long[] seconds, int[] nanos) {
    this.seconds = seconds;
    this.nanos = nanos;
  }

  static void write(Output out, List<Instant> times) {
    int form = form(times);
    out.single(form);
    if (form == WIDE) {
      Longs.writeRising(out, times.stream().mapToLong(Instant::getEpochSecond).toArray());
      Longs.write(out, times.stream().mapToLong(Instant::getNano).toArray());
      return;
    }
    int unit = UNITS[form];
    Longs.writeRising(
        out,
        times.stream()
            .mapToLong(time -> time.getEpochSecond() * (SECOND / unit) + time.getNano() / unit)
            .toArray());
  }

  private static int form(List<Instant> times) {
    int form = 0;
    for (Instant time : times) {
      if (Math.abs(time.getEpochSecond()) > NEAR_SECONDS) {
        return WIDE;
      }
      while (time.getNano() % UNITS[form] != 0) {
        form++;
      }
    }
    return form;
  }

  static Times read(Input in, int count) {
    int form = in.count(WIDE);
    long[] seconds = Longs.readRising(in, count);
    int[] nanos = new int[count];
    if (form == WIDE) {
      nanos = Longs.readIndices(in, count, SECOND);
    } else {
      int unit = UNITS[form];
      for (int i = 0; i < count; i++) {
        long ticks = seconds[i];
        seconds[i] = Math.floorDiv(ticks, SECOND / unit);
        nanos[i] = Math.floorMod(ticks, SECOND / unit) * unit;
      }
    }
    for (long each : seconds) {
      if (each < Instant.MIN.getEpochSecond() || each > Instant.MAX.getEpochSecond()) {
        throw new DamagedLog("a time in it is out of range");
      }
    }
    return new Times(seconds, nanos);
  }

  Instant time(int row) {
    return Instant.ofEpochSecond(seconds[row], nanos[row]);
  }

  /** The milliseconds of each since 1970. */
  long[] millis() {
    long[] millis = new long[seconds.length];
    for (int i = 0; i < millis.length; i++) {
      millis[i] = seconds[i] * 1_000 + nanos[i] / 1_000_000;
    }
    return millis;
  }

  static long[] millis(List<Instant> times) {
    return times.stream()
        .mapToLong(time -> time.getEpochSecond() * 1_000 + time.getNano() / 1_000_000)
        .toArray();
  }
}

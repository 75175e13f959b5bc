package dev.rookery.archive;

import dev.rookery.DamagedLog;

/**
 * A column of numbers. They are written as planes: the lowest byte of each, then the next one of
 * each, as many as the largest needs. What hardly changes is then a run of the same byte, and what
 * is random stands apart from it.
 */
final class Longs {
  private Longs() {}

  static long zigzag(long value) {
    return value << 1 ^ value >> 63;
  }

  static long unzigzag(long value) {
    return value >>> 1 ^ -(value & 1);
  }

  static void write(Output out, long[] values) {
    long all = 0;
    for (long value : values) {
      all |= value;
    }
    int planes = (Long.SIZE - Long.numberOfLeadingZeros(all) + 7) / Byte.SIZE;
    out.single(planes);
    for (int plane = 0; plane < planes; plane++) {
      for (long value : values) {
        out.single((int) (value >>> plane * Byte.SIZE));
      }
    }
  }

  static long[] read(Input in, int count) {
    int planes = in.count(Long.BYTES);
    if (planes > 0 && (long) planes * count > in.left()) {
      throw new DamagedLog("it ends too early");
    }
    long[] values = new long[count];
    for (int plane = 0; plane < planes; plane++) {
      int shift = plane * Byte.SIZE;
      byte[] bytes = in.raw(count);
      for (int i = 0; i < count; i++) {
        values[i] |= (bytes[i] & 0xffL) << shift;
      }
    }
    return values;
  }

  /** As {@link #write}, of what each adds to the one before. */
  static void writeRising(Output out, long[] values) {
    long[] steps = new long[values.length];
    long before = 0;
    for (int i = 0; i < values.length; i++) {
      steps[i] = zigzag(values[i] - before);
      before = values[i];
    }
    write(out, steps);
  }

  static long[] readRising(Input in, int count) {
    long[] values = read(in, count);
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += unzigzag(values[i]);
      values[i] = sum;
    }
    return values;
  }

  /** Numbers that must lie below a limit, as indices do. */
  static int[] readIndices(Input in, int count, int limit) {
    long[] values = read(in, count);
    int[] indices = new int[count];
    for (int i = 0; i < count; i++) {
      if (values[i] < 0 || values[i] >= limit) {
        throw new DamagedLog("an index in it is out of range");
      }
      indices[i] = (int) values[i];
    }
    return indices;
  }
}

package dev.rookery.archive;

import dev.rookery.DamagedLog;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A column of byte strings, as they came: one after the other, or the distinct ones and which of
 * them stands in each row, or decimal numbers as numbers.
 */
final class Texts {
  private static final int PLAIN = 0;
  private static final int DISTINCT = 1;
  private static final int NUMBERS = 2;

  /** Written without sign and leading zeros, these are smaller than 2^62. */
  private static final int MOST_DIGITS = 18;

  private final byte[] data;

  /** Where each text begins in the data, and where the last one ends. */
  private final int[] starts;

  /** Which text stands in each row; empty where each row has its own. */
  private final int[] rows;

  private final @Nullable String[] known;

  private Texts(byte[] data, int[] starts, int[] rows) {
    this.data = data;
    this.starts = starts;
    this.rows = rows;
    this.known = new @Nullable String[rows.length == 0 ? 0 : starts.length - 1];
  }

  static void writeStrings(Output out, List<String> values) {
    write(out, values.stream().map(value -> value.getBytes(StandardCharsets.UTF_8)).toList());
  }

  static void write(Output out, List<byte[]> values) {
    if (values.stream().allMatch(Texts::isNumber)) {
      out.single(NUMBERS);
      long[] numbers = values.stream().mapToLong(value -> Long.parseLong(ascii(value))).toArray();
      Longs.writeRising(out, numbers);
      return;
    }
    Map<ByteBuffer, Integer> distinct = new HashMap<>();
    List<byte[]> texts = new ArrayList<>();
    long[] indices = new long[values.size()];
    for (int i = 0; i < indices.length; i++) {
      byte[] value = values.get(i);
      indices[i] =
          distinct.computeIfAbsent(
              ByteBuffer.wrap(value),
              key -> {
                texts.add(value);
                return texts.size() - 1;
              });
    }
    if (texts.size() * 2L > indices.length) {
      out.single(PLAIN);
      writeAll(out, values);
    } else {
      out.single(DISTINCT);
      out.number(texts.size());
      writeAll(out, texts);
      Longs.write(out, indices);
    }
  }

  private static void writeAll(Output out, List<byte[]> texts) {
    Longs.write(out, texts.stream().mapToLong(text -> text.length).toArray());
    texts.forEach(out::raw);
  }

  private static boolean isNumber(byte[] text) {
    if (text.length == 0 || text.length > MOST_DIGITS || (text[0] == '0' && text.length > 1)) {
      return false;
    }
    for (byte each : text) {
      if (each < '0' || each > '9') {
        return false;
      }
    }
    return true;
  }

  private static String ascii(byte[] text) {
    return new String(text, StandardCharsets.US_ASCII);
  }

  static Texts read(Input in, int count) {
    int form = in.single();
    return switch (form) {
      case PLAIN -> readAll(in, count, new int[0]);
      case DISTINCT -> {
        int texts = in.count(count);
        Texts distinct = readAll(in, texts, new int[0]);
        yield new Texts(distinct.data, distinct.starts, Longs.readIndices(in, count, texts));
      }
      case NUMBERS -> numbers(Longs.readRising(in, count));
      default -> throw new DamagedLog("a column has an unknown form");
    };
  }

  private static Texts readAll(Input in, int count, int[] rows) {
    long[] lengths = Longs.read(in, count);
    int[] starts = new int[count + 1];
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += lengths[i];
      if (lengths[i] < 0 || sum > in.left()) {
        throw new DamagedLog("it ends too early");
      }
      starts[i + 1] = (int) sum;
    }
    return new Texts(in.raw((int) sum), starts, rows);
  }

  private static Texts numbers(long[] values) {
    Output out = new Output();
    int[] starts = new int[values.length + 1];
    for (int i = 0; i < values.length; i++) {
      if (values[i] < 0) {
        throw new DamagedLog("a number in it is out of range");
      }
      out.raw(Long.toString(values[i]).getBytes(StandardCharsets.US_ASCII));
      starts[i + 1] = out.size();
    }
    return new Texts(out.bytes(), starts, new int[0]);
  }

  private int index(int row) {
    return rows.length == 0 ? row : rows[row];
  }

  int length(int row) {
    int index = index(row);
    return starts[index + 1] - starts[index];
  }

  /** Copies a text and says where it ends there. */
  int copy(int row, byte[] to, int at) {
    int index = index(row);
    int length = starts[index + 1] - starts[index];
    System.arraycopy(data, starts[index], to, at, length);
    return at + length;
  }

  byte[] bytes(int row) {
    int index = index(row);
    return Arrays.copyOfRange(data, starts[index], starts[index + 1]);
  }

  String text(int row) {
    int index = index(row);
    if (rows.length == 0) {
      return decoded(index);
    }
    String text = known[index];
    if (text == null) {
      text = decoded(index);
      known[index] = text;
    }
    return text;
  }

  private String decoded(int index) {
    return new String(
        data, starts[index], starts[index + 1] - starts[index], StandardCharsets.UTF_8);
  }

  /** The distinct texts, or all of them where they were not told apart. */
  List<String> all() {
    List<String> all = new ArrayList<>(starts.length - 1);
    for (int i = 0; i < starts.length - 1; i++) {
      all.add(decoded(i));
    }
    return all;
  }
}

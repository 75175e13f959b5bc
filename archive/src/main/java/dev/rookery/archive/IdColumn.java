package dev.rookery.archive;

import dev.rookery.DamagedLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A column of ids. One that is a UUIDv7 is its milliseconds, which are nearly those of its event,
 * and 74 random bits; another UUID is its 16 bytes; what is neither is kept as text.
 *
 * <p>It takes two blocks, since random bits do not compress and would only stand in the way.
 */
final class IdColumn {
  private static final int SEVEN = 0;
  private static final int UUID_BYTES = 1;
  private static final int TEXT = 2;
  private static final int FORMS = 3;
  private static final long MOST_MILLIS = (1L << 48) - 1;
  private static final int VARIANT_BITS = 2;
  private static final int PACKED_BITS = 10;
  private static final long LOW_MASK = -1L >>> VARIANT_BITS;
  private static final long VARIANT = 2L << 62;

  private final int[] forms;

  /** Which of its form each row is. */
  private final int[] ranks;

  private final long[] uuids;
  private final Texts texts;

  private IdColumn(int[] forms, int[] ranks, long[] uuids, Texts texts) {
    this.forms = forms;
    this.ranks = ranks;
    this.uuids = uuids;
    this.texts = texts;
  }

  /** The UUID that an id is in its usual form. */
  static Optional<UUID> uuid(String id) {
    if (id.length() != 36 || id.charAt(8) != '-') {
      return Optional.empty();
    }
    try {
      return Optional.of(UUID.fromString(id)).filter(uuid -> uuid.toString().equals(id));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static boolean isSeven(UUID uuid) {
    return uuid.version() == 7 && uuid.variant() == 2;
  }

  static long millis(UUID seven) {
    return seven.getMostSignificantBits() >>> 16;
  }

  /**
   * Writes a column.
   *
   * @param near for each id the milliseconds that it is likely near to
   */
  static void write(List<String> ids, long[] near, Output out, Output random) {
    long[] forms = new long[ids.size()];
    List<UUID> sevens = new ArrayList<>();
    List<UUID> others = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    long[] steps = new long[ids.size()];
    for (int i = 0; i < forms.length; i++) {
      Optional<UUID> uuid = uuid(ids.get(i));
      if (uuid.isEmpty()) {
        forms[i] = TEXT;
        texts.add(ids.get(i));
      } else if (isSeven(uuid.get())) {
        steps[sevens.size()] = Longs.zigzag(millis(uuid.get()) - near[i]);
        sevens.add(uuid.get());
      } else {
        forms[i] = UUID_BYTES;
        others.add(uuid.get());
      }
    }
    Longs.write(out, forms);
    Longs.write(out, java.util.Arrays.copyOf(steps, sevens.size()));
    Texts.writeStrings(out, texts);
    writeRandom(random, sevens, others);
  }

  private static void writeRandom(Output random, List<UUID> sevens, List<UUID> others) {
    for (UUID seven : sevens) {
      long top = seven.getMostSignificantBits() << 62;
      writeLong(random, seven.getLeastSignificantBits() & LOW_MASK | top);
    }
    int held = 0;
    int bits = 0;
    for (UUID seven : sevens) {
      held |= (int) (seven.getMostSignificantBits() >>> VARIANT_BITS & 0x3ff) << bits;
      bits += PACKED_BITS;
      for (; bits >= Byte.SIZE; bits -= Byte.SIZE) {
        random.single(held);
        held >>>= Byte.SIZE;
      }
    }
    if (bits > 0) {
      random.single(held);
    }
    for (UUID other : others) {
      writeLong(random, other.getMostSignificantBits());
      writeLong(random, other.getLeastSignificantBits());
    }
  }

  private static void writeLong(Output out, long value) {
    out.word((int) value);
    out.word((int) (value >>> Integer.SIZE));
  }

  private static long readLong(Input in) {
    return in.word() & 0xffff_ffffL | (long) in.word() << Integer.SIZE;
  }

  static IdColumn read(Input in, Input random, long[] near) {
    int[] forms = Longs.readIndices(in, near.length, FORMS);
    int[] ranks = new int[near.length];
    int[] counts = new int[FORMS];
    for (int i = 0; i < forms.length; i++) {
      ranks[i] = counts[forms[i]]++;
    }
    long[] steps = Longs.read(in, counts[SEVEN]);
    Texts texts = Texts.read(in, counts[TEXT]);
    in.ends();
    long[] uuids = new long[2 * (counts[SEVEN] + counts[UUID_BYTES])];
    readSevens(random, uuids, counts[SEVEN]);
    for (int i = 2 * counts[SEVEN]; i < uuids.length; i++) {
      uuids[i] = readLong(random);
    }
    random.ends();
    for (int i = 0; i < forms.length; i++) {
      if (forms[i] == SEVEN) {
        long millis = near[i] + Longs.unzigzag(steps[ranks[i]]);
        if (millis < 0 || millis > MOST_MILLIS) {
          throw new DamagedLog("the time of an id in it is out of range");
        }
        uuids[2 * ranks[i]] |= millis << 16;
      } else if (forms[i] == UUID_BYTES) {
        ranks[i] += counts[SEVEN];
      }
    }
    return new IdColumn(forms, ranks, uuids, texts);
  }

  /** All but the milliseconds. */
  private static void readSevens(Input random, long[] uuids, int count) {
    for (int i = 0; i < count; i++) {
      long low = readLong(random);
      uuids[2 * i] = 0x7000 | low >>> 62;
      uuids[2 * i + 1] = low & LOW_MASK | VARIANT;
    }
    int held = 0;
    int bits = 0;
    for (int i = 0; i < count; i++) {
      for (; bits < PACKED_BITS; bits += Byte.SIZE) {
        held |= random.single() << bits;
      }
      uuids[2 * i] |= (long) (held & 0x3ff) << VARIANT_BITS;
      held >>>= PACKED_BITS;
      bits -= PACKED_BITS;
    }
  }

  String id(int row) {
    int rank = ranks[row];
    return forms[row] == TEXT
        ? texts.text(rank)
        : new UUID(uuids[2 * rank], uuids[2 * rank + 1]).toString();
  }
}

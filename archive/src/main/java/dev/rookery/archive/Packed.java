package dev.rookery.archive;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.rookery.DamagedLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * One block of a segment, as it is stored.
 *
 * @param column which column it holds
 * @param form how it is packed
 * @param rawBytes what it takes unpacked
 * @param storedBytes what it takes in the file
 * @param checksum CRC32C of the stored bytes
 */
record Packed(int column, int form, int rawBytes, int storedBytes, int checksum) {
  private static final int AS_IT_IS = 0;
  private static final int ZSTD = 1;
  private static final int ZSTD_WITH_DICTIONARY = 2;
  private static final int LEVEL = 19;

  /** Tables of 6 MB; the level's own take 32, and pack a segment of chat by 0.01 % less. */
  private static final int HASH_LOG = 19;

  private static final int CHAIN_LOG = 20;

  static int checksum(byte[] bytes, int from, int end) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, end - from);
    return (int) crc.getValue();
  }

  void write(Output out) {
    out.number(column);
    out.single(form);
    out.number(rawBytes);
    out.number(storedBytes);
    out.word(checksum);
  }

  static Packed read(Input in) {
    return new Packed(
        in.count(Integer.MAX_VALUE),
        in.count(ZSTD_WITH_DICTIONARY),
        in.count(Segment.MOST_BYTES),
        in.count(Segment.MOST_BYTES),
        in.word());
  }

  /** Packs blocks, each in the form that takes least. */
  static final class Press {
    private final Optional<byte[]> dictionary;
    final List<Packed> blocks = new ArrayList<>();
    final Output stored = new Output();

    Press(Optional<Dictionary> known) {
      dictionary = known.map(Dictionary::toArray);
    }

    /** It takes megabytes outside the heap while it works, so it is let go of at once. */
    private static byte[] pressed(byte[] raw, Optional<byte[]> dictionary) {
      try (ZstdCompressCtx press = new ZstdCompressCtx()) {
        press.setLevel(LEVEL).setHashLog(HASH_LOG).setChainLog(CHAIN_LOG);
        press.setContentSize(false).setChecksum(false).setDictID(false);
        dictionary.ifPresent(press::loadDict);
        return press.compress(raw);
      }
    }

    void add(int column, byte[] raw) {
      byte[] best = raw;
      int form = AS_IT_IS;
      byte[] zstd = pressed(raw, Optional.empty());
      if (zstd.length < best.length) {
        best = zstd;
        form = ZSTD;
      }
      byte[] learnt = dictionary.isPresent() ? pressed(raw, dictionary) : raw;
      if (learnt.length < best.length) {
        best = learnt;
        form = ZSTD_WITH_DICTIONARY;
      }
      blocks.add(new Packed(column, form, raw.length, best.length, checksum(best, 0, best.length)));
      stored.raw(best);
    }
  }

  /** Holds that the stored bytes are what was written. */
  void check(byte[] file, int from) {
    if (checksum(file, from, from + storedBytes) != checksum) {
      throw new DamagedLog("column " + column + " does not match its checksum");
    }
  }

  /** The block's bytes, out of those of the file, which were checked. */
  byte[] unpacked(byte[] file, int from, Optional<Dictionary> dictionary) {
    byte[] raw = new byte[rawBytes];
    if (form == AS_IT_IS && rawBytes == storedBytes) {
      System.arraycopy(file, from, raw, 0, rawBytes);
      return raw;
    }
    if (form == AS_IT_IS || (form == ZSTD_WITH_DICTIONARY && dictionary.isEmpty())) {
      throw new DamagedLog("column " + column + " cannot be unpacked");
    }
    try (ZstdDecompressCtx press = new ZstdDecompressCtx()) {
      if (form == ZSTD_WITH_DICTIONARY) {
        press.loadDict(dictionary.orElseThrow().toArray());
      }
      int got = press.decompressByteArray(raw, 0, rawBytes, file, from, storedBytes);
      if (got != rawBytes) {
        throw new DamagedLog("column " + column + " is shorter than it says");
      }
      return raw;
    } catch (ZstdException e) {
      throw new DamagedLog("column " + column + " cannot be unpacked: " + e.getMessage(), e);
    }
  }
}

package dev.rookery.archive;

import com.github.luben.zstd.ZstdDictTrainer;
import com.github.luben.zstd.ZstdException;
import dev.rookery.DamagedLog;
import dev.rookery.Event;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What a stream's events often hold, learned from some of them; segments that name it are smaller
 * and cannot be read without it.
 *
 * @param id the CRC32C of the bytes, never 0
 * @param bytes a dictionary of Zstandard, read-only
 */
record Dictionary(int id, ByteBuffer bytes) {
  private static final int TRAINED_BYTES = 48 << 10;
  private static final int MOST_BYTES = 1 << 20;
  private static final int LEARNED_BYTES = 8 << 20;

  /** So many events' values make one sample, as they stand side by side in a segment. */
  private static final int SIDE_BY_SIDE = 32;

  Dictionary {
    bytes = bytes.asReadOnlyBuffer();
  }

  private static Dictionary of(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return new Dictionary((int) crc.getValue(), ByteBuffer.wrap(bytes));
  }

  /**
   * Takes stored bytes.
   *
   * @throws DamagedLog when they are not those of this id
   */
  static Dictionary read(int id, byte[] bytes) {
    Dictionary read = of(bytes);
    if (read.id != id || bytes.length > MOST_BYTES) {
      throw new DamagedLog("the dictionary does not match its checksum");
    }
    return read;
  }

  /** Learns from events; empty where they are too few or too much alike to learn from. */
  static Optional<Dictionary> train(List<Event> events) {
    ZstdDictTrainer trainer = new ZstdDictTrainer(LEARNED_BYTES, TRAINED_BYTES);
    Output sample = new Output();
    for (int i = 0; i < events.size(); i++) {
      byte[] data = events.get(i).data().toArray();
      Template.of(data)
          .ifPresentOrElse(cut -> cut.values().forEach(sample::raw), () -> sample.raw(data));
      if (i % SIDE_BY_SIDE == SIDE_BY_SIDE - 1) {
        trainer.addSample(sample.taken());
      }
    }
    try {
      return Optional.of(of(trainer.trainSamples())).filter(learned -> learned.id != 0);
    } catch (ZstdException e) {
      return Optional.empty();
    }
  }

  byte[] toArray() {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(bytes.position(), copy);
    return copy;
  }
}

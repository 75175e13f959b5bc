package dev.rookery.embedded;

import dev.rookery.InvalidInput;
import dev.rookery.Partition;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The last position of each partition, kept beside the database.
 *
 * <p>A bit flipped in SQLite's write-ahead file silently drops the transactions from there on, and
 * the database is whole without them. So the writer says here, after each synced commit, how far it
 * got. The mark is overwritten without a sync: after a power cut it may be old, never ahead. It has
 * two slots in turn, far apart, so that one of them is whole whenever the process dies.
 *
 * <p>A slot: length of what follows up to the checksum, sequence, number of partitions; position,
 * length of the name and name of each; CRC-32C.
 */
final class Mark implements AutoCloseable {
  private static final int SLOT_BYTES = 1 << 20;

  private final RandomAccessFile file;
  private final Map<Partition, Long> last;
  private final boolean readable;
  private long sequence;

  private record Slot(long sequence, Map<Partition, Long> last) {}

  private Mark(RandomAccessFile file, Slot slot, boolean readable) {
    this.file = file;
    this.last = new TreeMap<>(slot.last);
    this.sequence = slot.sequence;
    this.readable = readable;
  }

  static Mark open(Path path) throws IOException {
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    Optional<Slot> even = slot(file, 0);
    Optional<Slot> odd = slot(file, 1);
    Optional<Slot> newer =
        even.filter(slot -> odd.isEmpty() || odd.get().sequence < slot.sequence).or(() -> odd);
    return new Mark(
        file, newer.orElse(new Slot(0, Map.of())), newer.isPresent() || file.length() == 0);
  }

  /** A slot; empty where it was never written, or is torn. */
  private static Optional<Slot> slot(RandomAccessFile file, int number) throws IOException {
    long start = (long) number * SLOT_BYTES;
    byte[] bytes = new byte[Math.clamp(file.length() - start, 0, SLOT_BYTES)];
    file.seek(start);
    file.readFully(bytes);
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      int length = buffer.getInt();
      if (length < 16 || buffer.getLong(length) != checksum(bytes, length)) {
        return Optional.empty();
      }
      return Optional.of(decode(buffer));
    } catch (BufferUnderflowException | IndexOutOfBoundsException | InvalidInput e) {
      return Optional.empty();
    }
  }

  private static Slot decode(ByteBuffer buffer) {
    long sequence = buffer.getLong();
    Map<Partition, Long> last = new TreeMap<>();
    for (int left = buffer.getInt(); left > 0; left--) {
      long position = buffer.getLong();
      byte[] name = new byte[Objects.checkIndex(buffer.getInt(), buffer.remaining())];
      buffer.get(name);
      last.put(Partition.parse(new String(name, StandardCharsets.UTF_8)), position);
    }
    return new Slot(sequence, last);
  }

  private static long checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return crc.getValue();
  }

  /** Whether it could be read, or is new. */
  boolean isReadable() {
    return readable;
  }

  /** The last position that each partition is known to have had. */
  Map<Partition, Long> last() {
    return Map.copyOf(last);
  }

  /** Notes the last positions of the partitions that took events. */
  void write(Collection<PartitionState> grown) throws IOException {
    for (PartitionState state : grown) {
      last.put(state.partition(), state.committed().last());
    }
    sequence++;
    byte[] slot = encode();
    file.seek((sequence & 1) * SLOT_BYTES);
    file.write(slot);
  }

  private byte[] encode() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(0);
    out.writeLong(sequence);
    out.writeInt(last.size());
    for (Map.Entry<Partition, Long> each : last.entrySet()) {
      byte[] name = each.getKey().toString().getBytes(StandardCharsets.UTF_8);
      out.writeLong(each.getValue());
      out.writeInt(name.length);
      out.write(name);
    }
    int length = bytes.size();
    out.writeLong(0);
    byte[] slot = bytes.toByteArray();
    ByteBuffer buffer = ByteBuffer.wrap(slot).putInt(0, length);
    buffer.putLong(length, checksum(slot, length));
    return slot;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}

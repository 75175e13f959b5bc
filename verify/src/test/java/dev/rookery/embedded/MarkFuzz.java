package dev.rookery.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.Partition;
import dev.rookery.verify.fuzz.Decoding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.io.TempDir;

/** The first slot of a mark without its length and checksum, which are made to fit. */
class MarkFuzz {
  @TempDir static Path folder;

  @FuzzTest
  void aMarkIsReadOrPassedOver(byte[] slot) throws IOException {
    Path file = Files.write(folder.resolve("mark"), whole(slot));
    Map<Partition, Long> last = Decoding.of(() -> last(file)).orElseThrow();
    last.keySet()
        .forEach(
            partition -> assertThat(Partition.parse(partition.toString())).isEqualTo(partition));
  }

  private static byte[] whole(byte[] slot) {
    int length = 4 + slot.length;
    byte[] bytes = ByteBuffer.allocate(length + 8).putInt(length).put(slot).array();
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    ByteBuffer.wrap(bytes).putLong(length, crc.getValue());
    return bytes;
  }

  private static Map<Partition, Long> last(Path file) {
    try (Mark mark = Mark.open(file)) {
      return mark.last();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.rookery.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Partition;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("P1")
class MarkTest {
  private static final Partition USER = new Partition("user", 0);
  private static final Partition BOT = new Partition("bot", 11);

  @TempDir Path folder;

  private static PartitionState at(Partition partition, long last) {
    return new PartitionState(partition, 1, new Tail(0, 0, 0, last, 0, 0));
  }

  /** Marks 1, 2, 3 and so on for one partition, after 7 for another. */
  private Path written(int times) throws IOException {
    Path path = folder.resolve("mark");
    Files.deleteIfExists(path);
    try (Mark mark = Mark.open(path)) {
      mark.write(List.of(at(BOT, 7)));
      for (int i = 1; i <= times; i++) {
        mark.write(List.of(at(USER, i)));
      }
    }
    return path;
  }

  private static Map<Partition, Long> read(Path path) throws IOException {
    try (Mark mark = Mark.open(path)) {
      return mark.last();
    }
  }

  @Test
  void theLastMarkIsRead() throws IOException {
    for (int times = 1; times <= 4; times++) {
      assertThat(read(written(times))).isEqualTo(Map.of(BOT, 7L, USER, (long) times));
    }
  }

  @Test
  void aNewMarkKnowsNothing() throws IOException {
    assertThat(read(folder.resolve("mark"))).isEmpty();
  }

  @Test
  void anyTornByteOfTheLastSlotLeavesTheOneBefore() throws IOException {
    for (int offset = 0; offset < 60; offset++) {
      Path path = written(3);
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        // The fourth mark in all lies in the slot of even numbers, which is the first
        file.seek(offset);
        int before = file.read();
        file.seek(offset);
        file.write(before ^ 0x10);
      }

      assertThat(read(path)).isEqualTo(Map.of(BOT, 7L, USER, 2L));
    }
  }

  @Test
  void marksGoOnAfterReopening() throws IOException {
    Path path = written(3);

    try (Mark mark = Mark.open(path)) {
      mark.write(List.of(at(USER, 9)));
    }

    assertThat(read(path)).isEqualTo(Map.of(BOT, 7L, USER, 9L));
  }

  @Test
  void manyPartitionsFitIn() throws IOException {
    Path path = folder.resolve("mark");
    List<PartitionState> states =
        java.util.stream.IntStream.range(0, 10_240)
            .mapToObj(
                n -> at(new Partition("a-stream-with-quite-a-long-name-" + n / 256, n), n + 1))
            .toList();
    try (Mark mark = Mark.open(path)) {
      mark.write(states);
      mark.write(states);
    }

    assertThat(read(path)).hasSize(10_240);
  }
}

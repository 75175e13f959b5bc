package dev.rookery.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.InvalidInput;
import dev.rookery.check.HistoryLine.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {
  private static final List<HistoryLine> EACH =
      new Story()
          .publishing(21, 2_100)
          .notStored(21, 2_110)
          .unresolved(21, 2_120)
          .handled("a", 7, Result.FAILED, 2_130)
          .handled("a", 7, Result.REJECTED, 2_140)
          .settled("a", 7, 1, false, 2_150, 2_160)
          .lines;

  @TempDir Path folder;

  @Test
  void linesAreReadAsTheyWereWritten() {
    Set<Class<?>> kinds = new HashSet<>();
    for (HistoryLine line : EACH) {
      kinds.add(line.getClass());
      String text = new String(HistoryFormat.write(line), StandardCharsets.UTF_8);

      assertThat(text).endsWith("}\n");
      assertThat(HistoryFormat.read(text)).contains(line);
    }
    assertThat(kinds).containsExactlyInAnyOrder(HistoryLine.class.getPermittedSubclasses());
  }

  @Test
  void aLineThatIsCutAnywhereIsTorn() {
    byte[] whole = HistoryFormat.write(EACH.getLast());
    for (int length = 0; length < whole.length - 2; length++) {
      assertThat(HistoryFormat.read(whole, 0, length)).isEmpty();
    }
  }

  @Test
  void aWholeLineOfSomethingElseIsRefused() {
    for (String text :
        List.of(
            "{}", "{\"op\":\"dance\",\"phase\":\"ok\"}", "{\"op\":\"claim\",\"phase\":\"ok\"}")) {
      assertThatThrownBy(() -> HistoryFormat.read(text)).isInstanceOf(InvalidInput.class);
    }
  }

  @Test
  void theFilesOfAllProcessesAreReadInTheOrderOfTime() throws IOException {
    List<HistoryLine> lines = new ArrayList<>();
    List<Path> files = List.of(written("one", 0), written("two", 1), written("three", 2));

    HistoryFile.inOrder(files, lines::add);

    assertThat(lines).hasSameElementsAs(EACH).hasSameSizeAs(EACH);
    assertThat(lines.stream().map(HistoryLine::atMicros)).isSorted();
  }

  @Test
  void theTornLastLineOfAKilledProcessIsPassedOver() throws IOException {
    Path file = written("killed", 0);
    byte[] whole = HistoryFormat.write(EACH.getFirst());
    append(file, new String(whole, 0, whole.length / 2, StandardCharsets.UTF_8));
    List<HistoryLine> lines = new ArrayList<>();

    HistoryFile.inOrder(List.of(file), lines::add);

    assertThat(lines).hasSize((EACH.size() + 2) / 3);
  }

  @Test
  void aTornLineInTheMiddleIsNotPassedOver() throws IOException {
    Path file = written("damaged", 0);
    append(file, "{\"op\":\n");
    append(file, new String(HistoryFormat.write(EACH.getFirst()), StandardCharsets.UTF_8));

    assertThatThrownBy(() -> HistoryFile.inOrder(List.of(file), _ -> {}))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("damaged");
  }

  @Test
  void anInterruptDoesNotCloseTheHistory() throws IOException {
    Path file = folder.resolve("interrupted");
    try (HistoryFile history = new HistoryFile(file, () -> 1)) {
      Thread.currentThread().interrupt();
      history.append(_ -> EACH.getFirst());
      assertThat(Thread.interrupted()).isTrue();
      history.append(_ -> EACH.getLast());
    }

    assertThat(Files.readAllLines(file)).hasSize(2);
  }

  /** Every third line, from one on. */
  private Path written(String name, int from) throws IOException {
    Path file = folder.resolve(name);
    List<HistoryLine> sorted =
        EACH.stream().sorted(Comparator.comparingLong(HistoryLine::atMicros)).toList();
    try (HistoryFile history = new HistoryFile(file, () -> 1)) {
      for (int i = from; i < sorted.size(); i += 3) {
        HistoryLine line = sorted.get(i);
        history.append(_ -> line);
      }
    }
    return file;
  }

  private static void append(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.APPEND);
  }
}

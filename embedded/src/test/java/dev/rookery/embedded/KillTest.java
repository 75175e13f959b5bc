package dev.rookery.embedded;

import static dev.rookery.embedded.Fixture.open;
import static dev.rookery.embedded.Fixture.readAll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Event;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class KillTest {
  private static final int ROUNDS = 5;

  @TempDir Path folder;

  @Test
  void aKilledProcessLosesNoAcknowledgedEvent() throws Exception {
    Map<String, Integer> acknowledged = new HashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      try (Appender appender = Appender.start(folder, 1 + round * 1_000_000)) {
        for (int receipts = 0; receipts < 100 + 37 * round; receipts++) {
          note(appender.line(), acknowledged);
        }
        appender.kill();
        for (String line : written(appender)) {
          note(line, acknowledged);
        }
      }
      check(acknowledged);
    }
    assertThat(acknowledged).hasSizeGreaterThan(ROUNDS * 100);
  }

  private static void note(String line, Map<String, Integer> acknowledged) {
    String[] parts = line.split(" ", -1);
    assertThat(parts).as(line).hasSize(2);
    acknowledged.put(parts[0], Integer.parseInt(parts[1]));
  }

  /** What it had said before the kill; the last line may be cut. */
  private static List<String> written(Appender appender) throws IOException {
    List<String> lines = appender.lines().toList();
    return lines.isEmpty() ? lines : lines.subList(0, lines.size() - 1);
  }

  private void check(Map<String, Integer> acknowledged) {
    try (FileBackend backend = open(folder)) {
      List<Event> events = readAll(backend);
      assertThat(backend.log().latest(Fixture.USER).ordinal()).isEqualTo(events.size());
      acknowledged.forEach(
          (id, position) -> assertThat(events.get(position - 1).id()).isEqualTo(id));
    }
  }
}

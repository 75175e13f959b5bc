package dev.rookery.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Durability;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.Receipt;
import dev.rookery.check.HistoryLine.Handling;
import dev.rookery.check.HistoryLine.Publishing;
import dev.rookery.check.HistoryLine.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** How long a large history takes; says it, and judges the findings only. */
class LargeHistoryTest {
  private static final int LINES = Integer.getInteger("rookery.check.lines", 1_000_000);
  private static final int OUT = 500;
  private static final Partition USER = new Partition("user", 0);

  @Test
  void aMillionLinesAreJudgedInOnePass() {
    HistoryCheck check = newCheck();
    List<HistoryLine> part = new ArrayList<>();
    long[] nanos = new long[1];
    long before = usedBytes();
    tell(line -> {
      part.add(line);
      if (part.size() == 100_000) {
        nanos[0] -= System.nanoTime();
        part.forEach(check::take);
        nanos[0] += System.nanoTime();
        part.clear();
      }
    });
    part.forEach(check::take);
    part.clear();

    System.out.printf(
        "%,d lines judged in %.2f s, %.0f MB kept%n",
        LINES, nanos[0] / 1e9, (usedBytes() - before) / 1e6);
    assertClean(check.findings(Map.of()));
  }

  @Test
  void aMillionLinesAreReadAndJudged() {
    HistoryCheck check = newCheck();
    long[] nanos = new long[2];
    tell(line -> {
      long began = System.nanoTime();
      byte[] bytes = HistoryFormat.write(line);
      long written = System.nanoTime();
      check.take(HistoryFormat.read(bytes, 0, bytes.length).orElseThrow());
      nanos[0] += written - began;
      nanos[1] += System.nanoTime() - written;
    });

    System.out.printf(
        "%,d lines written in %.2f s, read and judged in %.2f s%n",
        LINES, nanos[0] / 1e9, nanos[1] / 1e9);
    assertClean(check.findings(Map.of()));
  }

  private static HistoryCheck newCheck() {
    return new HistoryCheck(
        Rules.of(Set.of("a", "b"))
            .knowingEveryPublish()
            .withContiguousPositions()
            .duplicatesAtMost(0));
  }

  private static void assertClean(Findings findings) {
    assertThat(findings.examples()).isEmpty();
    assertThat(findings.published()).isEqualTo(LINES / 6);
    assertThat(findings.deliveredInAll()).isEqualTo(2L * (LINES / 6));
  }

  /** Six lines for each event, whose deliveries come 500 events later. */
  private static void tell(Consumer<HistoryLine> history) {
    int events = LINES / 6;
    for (int i = 1; i <= events + OUT; i++) {
      if (i <= events) {
        Publishing call = new Publishing("p", id(i), "t", "k" + i % 1_000, i / 1_000 + 1, i);
        history.accept(call);
        history.accept(
            call.stored(
                new Receipt(id(i), "user", 0, Position.of(i), Durability.MEMORY, false), i));
      }
      if (i > OUT) {
        deliver(history, "a", i - OUT, i);
        deliver(history, "b", i - OUT, i);
      }
    }
  }

  private static void deliver(Consumer<HistoryLine> history, String to, int event, long at) {
    Handling handling =
        new Handling(
            "bot",
            to,
            id(event),
            "k" + event % 1_000,
            event / 1_000 + 1,
            USER,
            Position.of(event),
            1,
            1,
            false,
            at);
    history.accept(handling);
    history.accept(handling.ended(Result.OK, at));
  }

  private static String id(int event) {
    return new UUID(0x7000, event * 0x9e3779b97f4a7c15L).toString();
  }

  private static long usedBytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}

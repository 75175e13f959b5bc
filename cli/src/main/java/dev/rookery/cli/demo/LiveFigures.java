package dev.rookery.cli.demo;

import dev.rookery.check.HistoryFormat;
import dev.rookery.check.HistoryLine;
import dev.rookery.check.HistoryLine.Applied;
import dev.rookery.check.HistoryLine.Claimed;
import dev.rookery.check.HistoryLine.Handled;
import dev.rookery.check.HistoryLine.Handling;
import dev.rookery.check.HistoryLine.NotStored;
import dev.rookery.check.HistoryLine.Publishing;
import dev.rookery.check.HistoryLine.Result;
import dev.rookery.check.HistoryLine.Settled;
import dev.rookery.check.HistoryLine.Stored;
import dev.rookery.check.HistoryLine.Unresolved;
import dev.rookery.check.Latencies;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the histories say so far, read while they are written. For watching only: the judgement
 * reads them whole.
 */
final class LiveFigures {
  /** One subscription so far. */
  static final class Row {
    long handled;
    long failed;
    long rejected;
    String lastProcess = "";
    Latencies recent = new Latencies();
  }

  private static final int CHUNK = 1 << 20;
  private static final int SAMPLE = 16;
  private static final byte[] ID = ",\"id\":".getBytes(StandardCharsets.US_ASCII);

  /** Events that a process handled well for a subscription. */
  private record Kind(Row row, String process) {}

  private final HistoryFolder folder;
  private final Map<Path, Long> offsets = new HashMap<>();
  private final Map<String, Long> sent = new HashMap<>();
  private final Map<String, Row> rows = new TreeMap<>();
  private final Map<String, Kind> kinds = new HashMap<>();
  private int skipped;
  private final byte[] bytes = new byte[CHUNK];
  private long published;

  LiveFigures(HistoryFolder folder, Fleet fleet) {
    this.folder = folder;
    fleet.subscriptions().keySet().forEach(name -> rows.put(name, new Row()));
  }

  /** Reads what was written since; receipts before handlings, so that the latter can be timed. */
  void refresh() throws IOException {
    for (Path file : folder.files()) {
      if (file.getFileName().toString().startsWith(Feeder.NAME)) {
        read(file);
      }
    }
    for (Path file : folder.files()) {
      if (!file.getFileName().toString().startsWith(Feeder.NAME)) {
        read(file);
      }
    }
  }

  private void read(Path file) throws IOException {
    long offset = offsets.getOrDefault(file, 0L);
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      for (int size = read(in, offset, bytes); size > 0; size = read(in, offset, bytes)) {
        int begin = 0;
        for (int i = 0; i < size; i++) {
          if (bytes[i] == '\n') {
            count(begin, i - begin);
            begin = i + 1;
          }
        }
        if (begin == 0) {
          break;
        }
        offset += begin;
      }
    }
    offsets.put(file, offset);
  }

  private static int read(RandomAccessFile in, long offset, byte[] bytes) throws IOException {
    in.seek(offset);
    return in.read(bytes);
  }

  /**
   * Counts a line. Thousands come each second, and reading them whole would cost as much as the
   * bots' own work: lines of the same kind begin alike, up to the id, so a beginning that was seen
   * before says what to count, and only some lines are read for their latency.
   */
  private void count(int begin, int length) {
    String kind = kind(begin, length);
    Kind known = kinds.get(kind);
    if (known != null && ++skipped % SAMPLE != 0) {
      known.row.handled++;
      known.row.lastProcess = known.process;
      return;
    }
    Optional<HistoryLine> read = HistoryFormat.read(bytes, begin, length);
    if (read.isPresent()) {
      switch (read.get()) {
        case Stored stored -> {
          published += stored.duplicate() ? 0 : 1;
          sent.put(stored.id(), stored.sentMicros());
        }
        case Handled handled -> count(handled, kind);
        case Publishing _,
            NotStored _,
            Unresolved _,
            Handling _,
            Claimed _,
            Settled _,
            Applied _ -> {
          // The bots write down what was done only.
        }
      }
    }
  }

  /** The line up to its id, of which each line has its own. */
  private String kind(int begin, int length) {
    int end = begin;
    int last = begin + length - ID.length;
    while (end < last && !Arrays.equals(bytes, end, end + ID.length, ID, 0, ID.length)) {
      end++;
    }
    return new String(bytes, begin, end - begin, StandardCharsets.ISO_8859_1);
  }

  private void count(Handled line, String kind) {
    Row row = rows.get(line.subscription());
    if (row == null) {
      return;
    }
    row.failed += line.result() == Result.FAILED ? 1 : 0;
    row.rejected += line.result() == Result.REJECTED ? 1 : 0;
    row.lastProcess = line.process();
    if (line.result() == Result.OK) {
      row.handled++;
      kinds.put(kind, new Kind(row, line.process()));
      Long sentMicros = sent.get(line.id());
      if (sentMicros != null) {
        row.recent.record((line.atMicros() - sentMicros) * 1_000);
      }
    }
  }

  long published() {
    return published;
  }

  Map<String, Row> rows() {
    return rows;
  }

  /** Who handled for the shared subscription last, empty where nobody has yet. */
  String owner() {
    Row row = rows.get(Fleet.SHARED);
    return row == null ? "" : row.lastProcess;
  }

  /** Begins the recent latencies anew. */
  void forget() {
    rows.values().forEach(row -> row.recent = new Latencies());
  }
}

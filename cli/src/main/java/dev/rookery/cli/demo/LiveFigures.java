package dev.rookery.cli.demo;

import dev.rookery.check.HistoryFormat;
import dev.rookery.check.HistoryLine;
import dev.rookery.check.HistoryLine.Handled;
import dev.rookery.check.HistoryLine.Result;
import dev.rookery.check.HistoryLine.Stored;
import dev.rookery.check.Latencies;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
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

  private final HistoryFolder folder;
  private final Map<Path, Long> offsets = new HashMap<>();
  private final Map<String, Long> sent = new HashMap<>();
  private final Map<String, Row> rows = new TreeMap<>();
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
    byte[] bytes = new byte[CHUNK];
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      for (int size = read(in, offset, bytes); size > 0; size = read(in, offset, bytes)) {
        int end = size;
        while (end > 0 && bytes[end - 1] != '\n') {
          end--;
        }
        if (end == 0) {
          break;
        }
        new String(bytes, 0, end, StandardCharsets.UTF_8)
            .lines()
            .forEach(text -> HistoryFormat.read(text).ifPresent(this::count));
        offset += end;
      }
    }
    offsets.put(file, offset);
  }

  private static int read(RandomAccessFile in, long offset, byte[] bytes) throws IOException {
    in.seek(offset);
    return in.read(bytes);
  }

  private void count(HistoryLine line) {
    switch (line) {
      case Stored stored -> {
        published += stored.duplicate() ? 0 : 1;
        sent.put(stored.id(), stored.sentMicros());
      }
      case Handled handled -> count(handled);
    }
  }

  private void count(Handled line) {
    Row row = rows.get(line.subscription());
    if (row == null) {
      return;
    }
    row.failed += line.result() == Result.FAILED ? 1 : 0;
    row.rejected += line.result() == Result.REJECTED ? 1 : 0;
    row.lastProcess = line.process();
    if (line.result() == Result.OK) {
      row.handled++;
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

package dev.rookery.cli.demo;

import dev.rookery.check.Findings;
import dev.rookery.check.HistoryCheck;
import dev.rookery.check.HistoryFormat;
import dev.rookery.check.HistoryLine;
import dev.rookery.check.HistoryLine.Handled;
import dev.rookery.check.HistoryLine.Stored;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The history files of a run, one to each process that wrote one. */
final class HistoryFolder {
  private static final String SUFFIX = ".history.jsonl";

  private final Path folder;

  /** A file and the line of it that is next. */
  private record Head(BufferedReader reader, HistoryLine line) {}

  HistoryFolder(Path folder) {
    this.folder = folder;
  }

  /** The file of a process; one that is started again gets another. */
  Path file(String process, int start) {
    return folder.resolve(process + "." + start + SUFFIX);
  }

  List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
    }
  }

  Findings judge(Fleet fleet, Map<String, Set<String>> dead) throws IOException {
    HistoryCheck check = new HistoryCheck(fleet.subscriptions().keySet(), fleet::wants);
    inOrder(line -> {
      if (line instanceof Stored stored) {
        check.stored(stored);
      }
    });
    inOrder(line -> {
      if (line instanceof Handled handled) {
        check.handled(handled);
      }
    });
    return check.findings(dead);
  }

  /** Who handled for the shared subscription, one after the other. */
  List<String> owners() throws IOException {
    List<String> owners = new ArrayList<>();
    inOrder(line -> {
      if (line instanceof Handled handled
          && handled.subscription().equals(Fleet.SHARED)
          && (owners.isEmpty() || !owners.getLast().equals(handled.process()))) {
        owners.add(handled.process());
      }
    });
    return owners;
  }

  /** Gives every whole line of all files in the order of time. */
  void inOrder(Consumer<HistoryLine> each) throws IOException {
    PriorityQueue<Head> heads =
        new PriorityQueue<>(Comparator.comparingLong(head -> head.line.atMicros()));
    List<BufferedReader> readers = new ArrayList<>();
    try {
      for (Path file : files()) {
        BufferedReader reader = Files.newBufferedReader(file);
        readers.add(reader);
        head(reader).ifPresent(heads::add);
      }
      for (Head head = heads.poll(); head != null; head = heads.poll()) {
        each.accept(head.line);
        head(head.reader).ifPresent(heads::add);
      }
    } finally {
      for (BufferedReader reader : readers) {
        reader.close();
      }
    }
  }

  private static Optional<Head> head(BufferedReader reader) throws IOException {
    for (String text = reader.readLine(); text != null; text = reader.readLine()) {
      Optional<HistoryLine> line = HistoryFormat.read(text);
      if (line.isPresent()) {
        return Optional.of(new Head(reader, line.get()));
      }
    }
    return Optional.empty();
  }
}

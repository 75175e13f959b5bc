package dev.rookery.cli.demo;

import dev.rookery.check.Findings;
import dev.rookery.check.HistoryCheck;
import dev.rookery.check.HistoryFile;
import dev.rookery.check.HistoryLine;
import dev.rookery.check.HistoryLine.Handled;
import dev.rookery.check.HistoryLine.Stored;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The history files of a run, one to each process that wrote one. */
final class HistoryFolder {
  private static final String SUFFIX = ".history.jsonl";

  private final Path folder;

  HistoryFolder(Path folder) {
    this.folder = folder;
  }

  /** The file of a process; one that is started again gets another. */
  Path file(String process, int start) {
    return folder.resolve(process + "." + start + SUFFIX);
  }

  HistoryFile open(String process, int start) throws IOException {
    return open(file(process, start));
  }

  /** A history by the wall clock. */
  static HistoryFile open(Path file) throws IOException {
    return new HistoryFile(file, () -> ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
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
    HistoryFile.inOrder(files(), each);
  }
}

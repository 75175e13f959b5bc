package dev.rookery.embedded;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Event;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Append;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What the tests of this package do again and again. */
final class Fixture {
  static final Partition USER = Samples.USER;
  static final String WAL = Store.DATABASE + "-wal";

  /** What SQLite keeps until the database has its write-ahead file. */
  static final String JOURNAL = Store.DATABASE + "-journal";

  /** What a power cut concerns; the file of shared memory and the lock are made anew. */
  static final List<String> FILES = List.of(Store.DATABASE, WAL, JOURNAL, Store.MARK);

  private Fixture() {}

  static FileBackend open(Path folder) {
    return open(folder, FailPoint.NONE);
  }

  static FileBackend open(Path folder, FailPoint failPoint) {
    return open("file:" + folder, failPoint);
  }

  static FileBackend open(String address, FailPoint failPoint) {
    return FileBackend.open(
        Address.parse(address), BusConfig.standard(), Environment.system(), failPoint);
  }

  /** Appends with ids from the first to the last number, both included. */
  static List<Append> numbered(int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(number -> Samples.append("event-" + number))
        .toList();
  }

  /** Appends the numbers, one by one, so that each is a commit of its own. */
  static void appendEach(FileBackend backend, int first, int last) {
    numbered(first, last).forEach(append -> backend.log().append(USER, List.of(append)));
  }

  static List<Event> readAll(FileBackend backend) {
    List<Event> events = new ArrayList<>();
    Position after = backend.log().earliest(USER).position();
    while (true) {
      List<Entry> entries = backend.log().read(USER, after, 100, Long.MAX_VALUE);
      if (entries.isEmpty()) {
        return events;
      }
      for (Entry entry : entries) {
        events.add(((Entry.Stored) entry).event());
      }
      after = entries.getLast().position();
    }
  }

  static List<String> ids(FileBackend backend) {
    return readAll(backend).stream().map(Event::id).toList();
  }

  static List<String> idsOf(int first, int last) {
    return numbered(first, last).stream().map(append -> append.event().id()).toList();
  }

  /** The files of an open log as a killed process would leave them. */
  static Path copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (FILES.contains(name)) {
          Files.write(to.resolve(name), Files.readAllBytes(file));
        }
      }
    }
    return to;
  }
}

package dev.rookery.embedded;

import com.sun.management.OperatingSystemMXBean;
import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Event;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.spi.Append;
import dev.rookery.spi.Environment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * Compares the log with bare SQLite, which is given the same rows in the same groups: {@code main
 * <empty folder> <seconds>}. Prints events per second, and the processor time of one event, which
 * is comparable on a busy machine too.
 */
final class Throughput {
  private static final Partition USER = new Partition("user", 0);
  private static final byte[] DATA =
      ("{\"text\":\"" + "x".repeat(189) + "\"}").getBytes(StandardCharsets.US_ASCII);
  private static final Environment ENVIRONMENT = Environment.system();

  private final Path folder;
  private final long nanos;

  private Throughput(Path folder, long nanos) {
    this.folder = folder;
    this.nanos = nanos;
  }

  public static void main(String[] args) throws Exception {
    Throughput throughput =
        new Throughput(Path.of(args[0]), Long.parseLong(args[1]) * 1_000_000_000);
    for (int round = 0; round < 3; round++) {
      throughput.print("bare, groups of 256", 0, 256);
      throughput.print("log, 256 virtual threads", 256, 1);
      throughput.print("bare, groups of 500", 0, 500);
      throughput.print("log, 1 publisher of 500", 1, 500);
      throughput.print("log, 4 publishers of 500", 4, 500);
      throughput.print("bare, groups of 1", 0, 1);
      throughput.print("log, 1 publisher of 1", 1, 1);
    }
  }

  private void print(String what, int publishers, int batch) throws Exception {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long begin = System.nanoTime();
    long busy = system.getProcessCpuTime();
    long events = publishers == 0 ? bare(batch) : log(publishers, batch);
    double micros = (system.getProcessCpuTime() - busy) / 1e3 / events;
    double perSecond = events * 1e9 / (System.nanoTime() - begin);
    System.out.printf("%-28s %,10.0f/s %8.1f us%n", what, perSecond, micros);
  }

  private static List<Append> appends(int count) {
    List<Append> appends = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String id = ENVIRONMENT.newId();
      Event event =
          new Event(
              id,
              "user.message.received",
              "bot-17",
              "channel-1",
              Instant.now(),
              id,
              Optional.empty(),
              1,
              Payload.wrap(Payload.JSON, DATA),
              Map.of());
      appends.add(new Append(event, ByteBuffer.wrap(new byte[32])));
    }
    return appends;
  }

  private long log(int publishers, int batch) throws Exception {
    Path path = Files.createTempDirectory(folder, "log");
    LongAdder done = new LongAdder();
    long begin = System.nanoTime();
    try (FileBackend backend =
        FileBackend.open(
            Address.parse("file:" + path), BusConfig.standard(), ENVIRONMENT, FailPoint.NONE)) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < publishers; i++) {
        threads.add(
            Thread.startVirtualThread(() -> {
              while (System.nanoTime() - begin < nanos) {
                done.add(backend.log().append(USER, appends(batch)).size());
              }
            }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      return done.sum();
    }
  }

  /** The same rows, statements and settings, on one thread that does nothing else. */
  private long bare(int group) throws Exception {
    Path path = Files.createTempDirectory(folder, "bare");
    try (Session session = Session.writing(path.resolve("bare.db"))) {
      Schema.prepare(session, Folder.open(path.toString()));
      Checkpoints checkpoints = new Checkpoints(session, Long.MAX_VALUE);
      List<List<EventRow>> groups = new ArrayList<>();
      long begin = System.nanoTime();
      long place = 1L << 40;
      while (System.nanoTime() - begin < nanos) {
        groups.add(appends(group).stream().map(EventRow::of).toList());
        place = insert(session, groups.removeLast(), place);
        session.commit();
        checkpoints.run(false);
      }
      return place - (1L << 40);
    }
  }

  private static long insert(Session session, List<EventRow> rows, long last) throws SQLException {
    String newId = "INSERT INTO ids (id, source, number, place, content) VALUES (?, ?, ?, ?, ?)";
    long place = last;
    for (EventRow row : rows) {
      place++;
      session.add(newId, row.id(), row.source(), 1L, place, row.content());
      row.add(session, place, place, place);
    }
    session.runAdded(newId);
    EventRow.insertAdded(session);
    return place;
  }
}

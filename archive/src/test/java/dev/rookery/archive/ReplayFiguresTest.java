package dev.rookery.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.SideEffect;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.embedded.FileProvider;
import dev.rookery.postgres.TestServer;
import dev.rookery.spi.Append;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Engine;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.Samples;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * How fast an archive is replayed, beside a cursor's scan of the same rows in a PostgreSQL; see
 * {@link Chat} for the real events.
 */
@Timeout(900)
class ReplayFiguresTest {
  private static final Partition USER = Samples.USER;
  private static final int ROUNDS = Integer.getInteger("rookery.rounds", 2);
  private static final int BATCH = 500;
  private static final int FETCHED = 10_000;

  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  @TempDir private Path folder;
  private final List<Entry> events = Chat.events();
  private final Environment environment = Environment.system();
  private final BusConfig config = BusConfig.standard();

  /** Something that goes through all events and counts them. */
  private interface Counting {
    long count() throws Exception;
  }

  private static Append append(Entry entry) {
    return Samples.append(((Entry.Stored) entry).event());
  }

  /** Publishes all, and leaves them to the archive. */
  private Backend archived() {
    Backend live =
        new FileProvider()
            .open(Address.parse("file:" + folder.resolve("data")), config, environment);
    FileStore store = FileStore.open(folder.resolve("old"), environment);
    Pace pace = new Pace(16_384, 12L << 20, Duration.ZERO, Duration.ofSeconds(1));
    Archiver.define(live, config);
    for (int from = 0; from < events.size(); from += BATCH) {
      List<Entry> batch = events.subList(from, Math.min(events.size(), from + BATCH));
      live.log().append(USER, batch.stream().map(ReplayFiguresTest::append).toList());
    }
    PartitionArchive archiver =
        new PartitionArchive(
            USER, live, new Shelf(store), pace, Retention.FOR_EVER, environment, step -> {});
    while (live.log().earliest(USER).ordinal() < events.size()) {
      archiver.step();
      live.log()
          .trim(
              USER, Optional.empty(), Optional.of(0L), Optional.of(PartitionArchive.SUBSCRIPTION));
    }
    archiver.release();
    return ArchivedBackend.reading(live, store);
  }

  @Test
  void anArchiveIsReplayedAsFastAsAScan() throws Exception {
    System.out.printf(
        "%d events (%s), %d processors%n",
        events.size(),
        Chat.isReal() ? "real" : "made up",
        Runtime.getRuntime().availableProcessors());
    Backend backend = archived();
    try (EventBus bus = Engine.standard().open(backend, config, environment);
        Connection rows = rows()) {
      for (int round = 1; round <= ROUNDS; round++) {
        int number = round;
        measure("read from the archive", () -> read(backend));
        measure("replayed, window of 256", () -> replay(bus, "usual-" + number, 256));
        measure("replayed, window of 4,096", () -> replay(bus, "wide-" + number, 4_096));
        measure("scanned in PostgreSQL", () -> scan(rows, false));
        measure("scanned, its columns taken", () -> scan(rows, true));
      }
    }
  }

  private void measure(String what, Counting counting) throws Exception {
    long began = System.nanoTime();
    long worked = PROCESS.getProcessCpuTime();
    long counted = counting.count();
    double seconds = (System.nanoTime() - began) / 1e9;
    double busy = (PROCESS.getProcessCpuTime() - worked) / 1e9;
    System.out.printf(
        "%-28s %,9.0f events/s, %,9.0f by this process' processor time%n",
        what, counted / seconds, counted / busy);
    assertThat(counted).isEqualTo(events.size());
  }

  private static long read(Backend backend) {
    long counted = 0;
    Position after = Position.ZERO;
    while (true) {
      List<Entry> more = backend.log().read(USER, after, 512, 1 << 20);
      if (more.isEmpty()) {
        return counted;
      }
      counted += more.size();
      after = more.getLast().position();
    }
  }

  private static long replay(EventBus bus, String name, int window) throws InterruptedException {
    LongAdder counted = new LongAdder();
    Subscription all =
        Subscription.of(name, "user.**")
            .from(Start.earliest())
            .effect(SideEffect.PURE)
            .window(window)
            .replayUntil(bus.operations().latest());
    bus.subscribe(all, event -> counted.increment()).awaitEnd(Duration.ofMinutes(10));
    return counted.sum();
  }

  /** The same events as rows. */
  private Connection rows() throws SQLException {
    Connection connection = TestServer.shared().connect();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          CREATE TABLE scanned (position bigint PRIMARY KEY, id text, type text, source text,
            key text, time timestamptz, correlation text, causation text, data bytea)
          """);
    }
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO scanned VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (int i = 0; i < events.size(); i++) {
        fill(insert, (Entry.Stored) events.get(i));
        insert.addBatch();
        if (i % BATCH == BATCH - 1) {
          insert.executeBatch();
        }
      }
      insert.executeBatch();
    }
    connection.commit();
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      statement.execute("VACUUM ANALYZE scanned");
    }
    connection.setAutoCommit(false);
    return connection;
  }

  private static void fill(PreparedStatement insert, Entry.Stored stored) throws SQLException {
    Event event = stored.event();
    insert.setLong(1, stored.position().high());
    insert.setString(2, event.id());
    insert.setString(3, event.type());
    insert.setString(4, event.source());
    insert.setString(5, event.key());
    insert.setTimestamp(6, Timestamp.from(event.time()));
    insert.setString(7, event.correlation());
    insert.setString(8, event.causation().orElse(null));
    insert.setBytes(9, event.data().toArray());
  }

  private static long scan(Connection connection, boolean taking) throws SQLException {
    long counted = 0;
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(FETCHED);
      try (ResultSet rows = statement.executeQuery("SELECT * FROM scanned ORDER BY position")) {
        while (rows.next()) {
          counted += taking ? taken(rows) : 1;
        }
      }
    }
    connection.rollback();
    return counted;
  }

  private static long taken(ResultSet row) throws SQLException {
    long position = row.getLong(1);
    for (int column = 2; column <= 8; column++) {
      if (column == 6) {
        row.getTimestamp(column);
      } else {
        row.getString(column);
      }
    }
    return position > 0 && row.getBytes(9).length > 0 ? 1 : 0;
  }
}

package dev.rookery.postgres;

import static dev.rookery.postgres.Opened.BOT;
import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.Durability;
import dev.rookery.EpochChanged;
import dev.rookery.EventBus;
import dev.rookery.Position;
import dev.rookery.Subscription;
import dev.rookery.check.Latencies;
import dev.rookery.spi.Entry;
import dev.rookery.testkit.Samples;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Writers that take their time, give up, or do nothing at all, and a reader that follows them;
 * {@code -Drookery.rounds=100} for a long run.
 */
@Tag("P3")
@Timeout(300)
class GaplessTest {
  private static final TestServer SERVER = TestServer.shared();
  private static final int WRITERS = 8;
  private static final int ROUNDS = Integer.getInteger("rookery.rounds", 8);

  private final String address = SERVER.freshSchema();
  private final Schema schema = new Schema(PostgresAddress.of(Address.parse(address)).schema());
  private final Opened opened = Opened.at(address);
  private final Queue<String> committed = new ConcurrentLinkedQueue<>();
  private final Map<String, Long> committedAt = new ConcurrentHashMap<>();
  private final Map<String, Long> handledAt = new ConcurrentHashMap<>();

  @AfterEach
  void close() {
    opened.close();
  }

  @Test
  void aReaderThatFollowsSlowWritersSkipsNothing() throws Exception {
    opened.append("first", 1);
    AtomicInteger writing = new AtomicInteger(WRITERS);
    List<Entry> read = new ArrayList<>();
    try (EventBus bus = EventBus.open(address);
        Connection idle = SERVER.connect();
        Statement statement = idle.createStatement()) {
      bus.subscribe(
          Subscription.of("s", "**"), event -> handledAt.put(event.id(), System.nanoTime()));
      idle.setAutoCommit(false);
      statement.execute("SELECT pg_current_xact_id()");

      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> tasks = new ArrayList<>();
        tasks.add(threads.submit(() -> follow(writing, read)));
        for (int n = 0; n < WRITERS; n++) {
          int writer = n;
          tasks.add(
              threads.submit(() -> {
                try {
                  write(writer);
                } finally {
                  writing.decrementAndGet();
                }
              }));
        }
        for (Future<?> task : tasks) {
          task.get();
        }
      }
      within(Duration.ofMinutes(1)).until(() -> handledAt.keySet().containsAll(committed));
    }
    System.out.printf(
        "F9: committed %d, from commit to handled p99 %.0f ms%n",
        committed.size(), lag().percentileMillis(0.99));

    assertThat(committed).hasSizeGreaterThan(WRITERS * ROUNDS * 5 / 2);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < read.size(); i++) {
      assertThat(read.get(i).position()).isEqualTo(Position.of(i + 1));
      ids.add(((Entry.Stored) read.get(i)).event().id());
    }
    assertThat(ids).contains("first0").hasSize(committed.size() + 1).containsAll(committed);
  }

  /** Appends in transactions of its own, sleeps before the end, and takes some of them back. */
  private void write(int writer) {
    Random random = new Random(writer);
    for (int round = 0; round < ROUNDS; round++) {
      String prefix = writer + "/" + round + "/";
      try (Connection connection = SERVER.connect()) {
        connection.setAutoCommit(false);
        Appender.store(
            new Session(connection, schema),
            1,
            true,
            Samples.appends(prefix, 5),
            Durability.FSYNCED);
        sleep(connection, random.nextDouble() * 0.03);
        if (random.nextInt(10) == 0) {
          connection.rollback();
        } else {
          connection.commit();
          for (int i = 0; i < 5; i++) {
            committed.add(prefix + i);
            committedAt.put(prefix + i, System.nanoTime());
          }
        }
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private Latencies lag() {
    Latencies lag = new Latencies();
    committedAt.forEach((id, nanos) -> lag.record(Math.max(0, handledAt.get(id) - nanos)));
    return lag;
  }

  private static void sleep(Connection connection, double seconds) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_sleep(" + seconds + ")");
    }
  }

  private void follow(AtomicInteger writing, List<Entry> read) {
    Position end = Position.ZERO;
    while (true) {
      boolean last = writing.get() == 0;
      List<Entry> page = opened.log().read(BOT, end, 100, 1 << 20);
      read.addAll(page);
      if (!page.isEmpty()) {
        end = page.getLast().position();
      } else if (last) {
        return;
      }
    }
  }

  /** The control: what the row of the partition is for. */
  @Test
  void aWriterThatTakesItsPositionFromASequenceLeavesAHoleThatIsNamed() throws Exception {
    opened.append("first", 1);
    String append =
        schema.sql(
            "INSERT INTO rookery.events SELECT partition, nextval('rookery.epochs') + 1, stored_at,"
                + " total, 'other', type, source, key, time, nanos, correlation, causation,"
                + " version, content_type, attributes, data FROM rookery.events WHERE position ="
                + " 1");
    try (Connection slow = SERVER.connect();
        Connection quick = SERVER.connect();
        Statement first = slow.createStatement();
        Statement second = quick.createStatement()) {
      slow.setAutoCommit(false);
      first.execute(append);
      second.execute(append);
      second.execute(schema.sql("UPDATE rookery.partitions SET last = 3"));

      assertThatThrownBy(() -> opened.read(1)).isInstanceOf(EpochChanged.class);

      slow.rollback();
    }
  }
}

package dev.rookery.benchmarks.peer;

import dev.rookery.benchmarks.load.Contender;
import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Gather;
import dev.rookery.benchmarks.load.Load;
import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Running;
import dev.rookery.benchmarks.load.Sample;
import dev.rookery.benchmarks.load.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A queue in PostgreSQL: a row for each delivery, taken in batches with {@code FOR UPDATE SKIP
 * LOCKED}, synced at every commit. Single publishes of many callers travel in one statement. The
 * server lives through all runs; the table is new in each.
 */
public final class PostgresContender implements Contender {
  private final Path parent;
  private @Nullable PostgresNode node;

  public PostgresContender(Path parent) {
    this.parent = parent;
  }

  @Override
  public String name() {
    return "postgres";
  }

  @Override
  public Running start(Course course, List<Tally> tallies) throws Exception {
    PostgresNode its = node;
    if (its == null) {
      its = PostgresNode.start(parent);
      node = its;
    }
    Connection control = its.connect();
    PostgresQueue.create(control);
    List<PostgresReader> readers = new ArrayList<>();
    for (int i = 0; i < tallies.size(); i++) {
      readers.add(new PostgresReader(its, i + 1, tallies.get(i)));
    }
    OwnConnection writer = OwnConnection.of(its, tallies.size());
    Gather<Sample> gather = new Gather<>("postgres-writer", writer::publish);
    return new RunningPostgres(its, control, readers, writer, gather, course);
  }

  @Override
  public void close() throws IOException {
    PostgresNode its = node;
    if (its != null) {
      its.close();
    }
  }

  private record RunningPostgres(
      PostgresNode node,
      Connection control,
      List<PostgresReader> readers,
      OwnConnection writer,
      Gather<Sample> gather,
      Course course)
      implements Running {
    @Override
    public Publishing publishing() throws SQLException {
      return course.load() == Load.SINGLES ? gather::store : OwnConnection.of(node, readers.size());
    }

    @Override
    public List<ProcessHandle> servers() throws SQLException {
      return node.processes();
    }

    /** Rows that nobody took. */
    @Override
    public long settle() throws SQLException {
      stop();
      return PostgresQueue.left(control);
    }

    private void stop() {
      for (PostgresReader reader : readers) {
        reader.stop();
      }
    }

    @Override
    public void close() throws SQLException {
      try (control;
          writer;
          gather) {
        stop();
      }
    }
  }

  private record OwnConnection(Connection connection, PreparedStatement adding, int subscriptions)
      implements Publishing {
    static OwnConnection of(PostgresNode node, int subscriptions) throws SQLException {
      Connection connection = node.connect();
      return new OwnConnection(connection, PostgresQueue.adding(connection), subscriptions);
    }

    @Override
    public void publish(List<Sample> events) throws SQLException {
      PostgresQueue.add(adding, events, subscriptions);
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }
}

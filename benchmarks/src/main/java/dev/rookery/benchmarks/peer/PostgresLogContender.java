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
 * Bare batched appends to PostgreSQL with the rows of the bus' log, under a row that counts, and
 * readers with a position in memory: the limit for a log on it. Nothing is checked, no id is
 * remembered, no place is saved. The server lives through all runs; the table is new in each.
 */
public final class PostgresLogContender implements Contender {
  private final Path parent;
  private final boolean notifies;
  private final PostgresTable table;
  private @Nullable PostgresNode node;

  /**
   * Bare appends.
   *
   * @param notifies whether each event's insert sends a notification of its own, for which readers
   *     wait, instead of looking every 2 ms
   */
  public PostgresLogContender(Path parent, boolean notifies) {
    this.parent = parent;
    this.notifies = notifies;
    this.table = new PostgresTable(notifies);
  }

  @Override
  public String name() {
    return notifies ? "postgres-notify" : "postgres-log";
  }

  @Override
  public Running start(Course course, List<Tally> tallies) throws Exception {
    PostgresNode its = node;
    if (its == null) {
      its = PostgresNode.start(parent);
      node = its;
    }
    Connection control = its.connect();
    table.create(control);
    List<PostgresFollower> readers = new ArrayList<>();
    for (Tally tally : tallies) {
      readers.add(new PostgresFollower(its, notifies, tally));
    }
    Appending writer = Appending.to(its, table);
    Gather<Sample> gather = new Gather<>("postgres-writer", writer::publish);
    return new RunningLog(its, table, control, readers, writer, gather, course);
  }

  @Override
  public void close() throws IOException {
    PostgresNode its = node;
    if (its != null) {
      its.close();
    }
  }

  private record RunningLog(
      PostgresNode node,
      PostgresTable table,
      Connection control,
      List<PostgresFollower> readers,
      Appending writer,
      Gather<Sample> gather,
      Course course)
      implements Running {
    @Override
    public Publishing publishing() throws SQLException {
      return course.load() == Load.SINGLES ? gather::store : Appending.to(node, table);
    }

    @Override
    public List<ProcessHandle> servers() throws SQLException {
      return node.processes();
    }

    /** Events that a reader has not seen. */
    @Override
    public long settle() throws SQLException {
      long handled = readers.stream().mapToLong(PostgresFollower::stop).sum();
      return PostgresTable.last(control) * readers.size() - handled;
    }

    @Override
    public void close() throws SQLException {
      try (control;
          writer;
          gather) {
        readers.forEach(PostgresFollower::stop);
      }
    }
  }

  private record Appending(Connection connection, PreparedStatement adding) implements Publishing {
    static Appending to(PostgresNode node, PostgresTable table) throws SQLException {
      Connection connection = node.connect();
      return new Appending(connection, table.adding(connection));
    }

    @Override
    public void publish(List<Sample> events) throws SQLException {
      PostgresTable.add(adding, events);
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }
}

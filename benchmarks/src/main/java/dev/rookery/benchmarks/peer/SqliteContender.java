package dev.rookery.benchmarks.peer;

import dev.rookery.benchmarks.load.Contender;
import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Running;
import dev.rookery.benchmarks.load.ScratchFolder;
import dev.rookery.benchmarks.load.Tally;
import dev.rookery.spi.Environment;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/**
 * Bare SQLite with the rows of the embedded log: the limit for a log on it. Nothing is checked, no
 * handler has a thread, nothing is retried, and cursors are not saved.
 */
public final class SqliteContender implements Contender {
  private final Path parent;
  private final Environment environment;
  private final boolean sharedReader;

  /**
   * Bare SQLite.
   *
   * @param sharedReader whether one reader reads for all subscriptions, instead of one for each
   */
  public SqliteContender(Path parent, Environment environment, boolean sharedReader) {
    this.parent = parent;
    this.environment = environment;
    this.sharedReader = sharedReader;
  }

  @Override
  public String name() {
    return sharedReader ? "sqlite-shared" : "sqlite";
  }

  @Override
  public Running start(Course course, List<Tally> tallies) throws Exception {
    ScratchFolder folder = ScratchFolder.in(parent);
    SqliteTables tables = new SqliteTables(folder.path().resolve("bare.db"));
    tables.create();
    SqliteWriter writer = new SqliteWriter(tables, environment);
    List<SqliteReader> readers =
        sharedReader
            ? List.of(new SqliteReader(tables, writer, tallies))
            : tallies.stream()
                .map(tally -> new SqliteReader(tables, writer, List.of(tally)))
                .toList();
    readers.forEach(SqliteReader::start);
    return new RunningSqlite(folder, writer, readers);
  }

  private record RunningSqlite(
      ScratchFolder folder, SqliteWriter writer, List<SqliteReader> readers) implements Running {
    @Override
    public Publishing publishing() {
      return events -> writer.store(events.stream().map(SqliteRow::of).toList());
    }

    @Override
    public long settle() {
      long unread = 0;
      for (SqliteReader reader : readers) {
        unread += reader.stop();
      }
      return unread;
    }

    @Override
    public void close() throws IOException, SQLException {
      try (folder;
          writer) {
        settle();
      }
    }
  }
}

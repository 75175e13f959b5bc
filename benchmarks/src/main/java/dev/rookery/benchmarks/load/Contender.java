package dev.rookery.benchmarks.load;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Something that stores events and hands them to subscriptions. */
public interface Contender extends AutoCloseable {
  String name();

  /** What this machine lacks for it, for people. */
  default Optional<String> missing() {
    return Optional.empty();
  }

  /** Whether the course makes sense for it. */
  default boolean runs(Course course) {
    return true;
  }

  /** Begins with an empty store, and hands every event of it to each of the tallies. */
  Running start(Course course, List<Tally> tallies) throws Exception;

  /** Ends what outlives a run, such as a server. */
  @Override
  default void close() throws IOException, SQLException {}
}

package dev.rookery.benchmarks.load;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/** One caller's way to store events. */
@FunctionalInterface
public interface Publishing extends AutoCloseable {
  /**
   * Stores the events in their order, and returns once all are as durable as the contender makes
   * them.
   *
   * @throws Exception when one of them may not be stored
   */
  void publish(List<Sample> events) throws Exception;

  @Override
  default void close() throws IOException, SQLException {}
}

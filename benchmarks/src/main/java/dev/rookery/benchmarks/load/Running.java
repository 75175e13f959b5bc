package dev.rookery.benchmarks.load;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** A contender at work. */
public interface Running extends AutoCloseable {
  /** The way of one more caller. */
  Publishing publishing() throws Exception;

  /** The processes that serve, where they are not this one. */
  default List<ProcessHandle> servers() throws Exception {
    return List.of();
  }

  /**
   * Ends the subscriptions in order, after everything was handled.
   *
   * @return the deliveries that the store does not know as settled
   */
  long settle() throws Exception;

  /** Further figures by name, asked for after the end of the subscriptions. */
  default Map<String, Double> figures() throws Exception {
    return Map.of();
  }

  /** Throws the store away. */
  @Override
  void close() throws IOException, SQLException;
}

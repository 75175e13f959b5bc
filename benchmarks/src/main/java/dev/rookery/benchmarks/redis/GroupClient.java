package dev.rookery.benchmarks.redis;

import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Tally;
import java.io.IOException;
import java.util.List;

/** A client library at work: it publishes to the stream and reads for consumer groups. */
interface GroupClient extends AutoCloseable {
  /** Entries that are read and settled at once. */
  int BATCH = 500;

  /** How long a read waits for entries. */
  int BLOCK_MILLIS = 200;

  /** The one consumer of each group. */
  String CONSUMER = "one";

  /** Begins to use a Redis. */
  @FunctionalInterface
  interface Library {
    GroupClient connect(RedisNode node) throws Exception;
  }

  /** Someone who reads for a group. */
  interface Reader {
    /** Asks it to end, so that many can at once. */
    void finish();

    /** Settles what it was given, and ends. */
    void stop();
  }

  /** A way of its own to add entries. */
  Publishing publishing() throws Exception;

  /** Begins to read for a group that is there. */
  Reader read(String group, Tally tally) throws Exception;

  /** The processes that it runs in, where that is not this one. */
  default List<ProcessHandle> processes() {
    return List.of();
  }

  @Override
  void close() throws IOException;
}

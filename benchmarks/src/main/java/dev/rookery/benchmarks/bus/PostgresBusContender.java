package dev.rookery.benchmarks.bus;

import dev.rookery.EventBus;
import dev.rookery.benchmarks.load.Contender;
import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Running;
import dev.rookery.benchmarks.load.Tally;
import dev.rookery.benchmarks.peer.PostgresNode;
import dev.rookery.benchmarks.redis.Fsync;
import dev.rookery.benchmarks.redis.RedisNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The bus on a log in PostgreSQL, in this process. PostgreSQL lives through all runs; the schema is
 * new in each, and so is the Redis that may be its tail.
 */
public final class PostgresBusContender implements Contender {
  private final BusSettings settings;
  private final Path parent;
  private final Optional<Fsync> tail;
  private @Nullable PostgresNode node;
  private int runs;

  /**
   * The bus on PostgreSQL.
   *
   * @param tail how the Redis before it syncs; empty: there is none
   */
  public PostgresBusContender(BusSettings settings, Path parent, Optional<Fsync> tail) {
    this.settings = settings;
    this.parent = parent;
    this.tail = tail;
  }

  @Override
  public String name() {
    return tail.isPresent() ? "hybrid-bus" : "postgres-bus";
  }

  @Override
  public Running start(Course course, List<Tally> tallies) throws Exception {
    PostgresNode its = node;
    if (its == null) {
      its = PostgresNode.start(parent);
      node = its;
    }
    List<ProcessHandle> servers = new ArrayList<>(its.processes());
    String address = "postgresql://postgres@" + its.authority() + "/postgres?schema=run" + runs++;
    Closeable beneath = () -> {};
    if (tail.isPresent()) {
      RedisNode redis = RedisNode.start(parent, tail.get());
      servers.add(redis.process());
      address += "&tail=redis://" + redis.authority();
      beneath = redis;
    }
    return new RunningBus(EventBus.open(address), settings, tallies, servers, beneath);
  }

  @Override
  public void close() throws IOException {
    PostgresNode its = node;
    if (its != null) {
      its.close();
    }
  }
}

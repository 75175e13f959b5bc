package dev.rookery.benchmarks.bus;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.benchmarks.load.Contender;
import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Running;
import dev.rookery.benchmarks.load.Tally;
import dev.rookery.benchmarks.redis.Fsync;
import dev.rookery.benchmarks.redis.RedisNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The bus on a log in Redis, in this process; Redis in another. */
public final class RedisContender implements Contender {
  private final BusSettings settings;
  private final Path parent;
  private final Fsync fsync;
  private final boolean seesRepeats;

  /**
   * The bus on Redis.
   *
   * @param seesRepeats whether it notices ids that were published already, as it does by standard
   */
  public RedisContender(BusSettings settings, Path parent, Fsync fsync, boolean seesRepeats) {
    this.settings = settings;
    this.parent = parent;
    this.fsync = fsync;
    this.seesRepeats = seesRepeats;
  }

  @Override
  public String name() {
    return seesRepeats ? "redis-bus" : "redis-bus-noids";
  }

  @Override
  public Running start(Course course, List<Tally> tallies) throws Exception {
    BusConfig standard = BusConfig.standard();
    BusConfig config = seesRepeats ? standard : standard.idWindow(Duration.ZERO);
    RedisNode node = RedisNode.start(parent, fsync);
    EventBus bus = EventBus.open("redis://" + node.authority(), config);
    return new RunningBus(bus, settings, tallies, List.of(node.process()), node);
  }
}

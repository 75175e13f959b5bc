package dev.rookery.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.rookery.benchmarks.bus.BusSettings;
import dev.rookery.benchmarks.load.Contender;
import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Effort;
import dev.rookery.benchmarks.load.Load;
import dev.rookery.benchmarks.load.Measured;
import dev.rookery.benchmarks.load.Shape;
import dev.rookery.benchmarks.load.Trial;
import dev.rookery.benchmarks.redis.Fsync;
import dev.rookery.spi.Environment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether each contender does what it is compared for: all handled once, in order, and settled. */
class ContendersTest {
  private static final Effort TINY =
      new Effort(Duration.ofMillis(20), Duration.ofMillis(80), 1_000, Duration.ofMinutes(1));

  private final Environment environment = Environment.system();
  @TempDir Path folder;

  @Test
  void theBusInMemoryHandsOutEverythingOnce() throws Exception {
    handsOutEverythingOnce("memory");
  }

  @Test
  void theBusOnAFileHandsOutEverythingOnce() throws Exception {
    handsOutEverythingOnce("file");
  }

  @Test
  void theBusOfAServerHandsOutEverythingOnce() throws Exception {
    handsOutEverythingOnce("http");
  }

  @Test
  void aServerHandsOutOnceWhatAPlainClientPosts() throws Exception {
    handsOutEverythingOnce("http-post");
  }

  @Test
  void bareSqliteHandsOutEverythingOnceWithAReaderForEachSubscription() throws Exception {
    handsOutEverythingOnce("sqlite");
  }

  @Test
  void bareSqliteHandsOutEverythingOnceWithOneReaderForAll() throws Exception {
    handsOutEverythingOnce("sqlite-shared");
  }

  @Test
  void theBusOnRedisHandsOutEverythingOnce() throws Exception {
    handsOutEverythingOnce("redis-bus");
  }

  @Test
  void theBusOnRedisHandsOutEverythingOnceWithoutAWindowOfIds() throws Exception {
    handsOutEverythingOnce("redis-bus-noids");
  }

  @Test
  void aBareLogInRedisHandsOutEverythingOnce() throws Exception {
    handsOutEverythingOnce("redis-log");
  }

  @Test
  void redisGroupsHandOutEverythingOnce() throws Exception {
    handsOutEverythingOnce("redis");
  }

  @Test
  void redisGroupsHandOutEverythingOnceWithLettuce() throws Exception {
    handsOutEverythingOnce("redis-lettuce");
  }

  @Test
  void redisGroupsHandOutEverythingOnceWithSpring() throws Exception {
    handsOutEverythingOnce("redis-spring");
  }

  @Test
  void redisGroupsHandOutEverythingOnceWithRedisson() throws Exception {
    handsOutEverythingOnce("redis-redisson");
  }

  @Test
  void theRequirementsPythonHandsOutEverythingOnce() throws Exception {
    handsOutEverythingOnce("redis-python");
  }

  @Test
  void theBusOnPostgresHandsOutEverythingOnce() throws Exception {
    handsOutEverythingOnce("postgres-bus");
  }

  @Test
  void theBusOnPostgresWithATailHandsOutEverythingOnce() throws Exception {
    handsOutEverythingOnce("hybrid-bus");
  }

  @Test
  void aBareLogInPostgresHandsOutEverythingOnce() throws Exception {
    handsOutEverythingOnce("postgres-log");
  }

  @Test
  void aBareLogInPostgresWithANotificationForEachEventHandsOutEverythingOnce() throws Exception {
    handsOutEverythingOnce("postgres-notify");
  }

  @Test
  void aQueueInPostgresHandsOutEverythingOnce() throws Exception {
    handsOutEverythingOnce("postgres");
  }

  @Test
  void aQueueAndAThreadHandOutEverythingOnce() throws Exception {
    handsOutEverythingOnce("queue");
  }

  @Test
  void aFlowHandsOutEverythingOnce() throws Exception {
    handsOutEverythingOnce("flow");
  }

  private void handsOutEverythingOnce(String name) throws Exception {
    Contenders contenders =
        new Contenders(
            new BusSettings(200, 16), Fsync.EVERYSEC, folder, Optional.empty(), environment);
    try (Contender contender = contenders.of(name)) {
      assumeThat(contender.missing()).isEmpty();
      for (Load load : Load.values()) {
        Course course = new Course(load, new Shape(2, 3), 200, 2_000);
        if (contender.runs(course)) {
          Measured measured = new Trial(contender, course, TINY, environment).run();
          assertThat(measured.isClean()).as("%s", measured).isTrue();
          assertThat(measured.events()).as("%s", measured).isPositive();
        }
      }
    }
    assertThat(folder).isEmptyDirectory();
  }
}

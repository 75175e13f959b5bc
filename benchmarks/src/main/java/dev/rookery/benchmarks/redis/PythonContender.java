package dev.rookery.benchmarks.redis;

import dev.rookery.benchmarks.load.Contender;
import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Load;
import dev.rookery.benchmarks.load.Running;
import dev.rookery.benchmarks.load.Tally;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The requirement's own publisher and consumer in Python. */
public final class PythonContender implements Contender {
  private final Contender groups;

  public PythonContender(Path parent, Fsync fsync) {
    groups = new GroupsContender("redis-python", parent, fsync, PythonClient::new);
  }

  @Override
  public String name() {
    return groups.name();
  }

  @Override
  public Optional<String> missing() {
    return PythonProcess.missing();
  }

  /** As it is written, a publisher waits for each of its events. */
  @Override
  public boolean runs(Course course) {
    return course.load() != Load.SINGLES;
  }

  @Override
  public Running start(Course course, List<Tally> tallies) throws Exception {
    return groups.start(course, tallies);
  }
}

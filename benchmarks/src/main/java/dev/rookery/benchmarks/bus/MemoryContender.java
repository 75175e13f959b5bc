package dev.rookery.benchmarks.bus;

import dev.rookery.EventBus;
import dev.rookery.benchmarks.load.Contender;
import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Load;
import dev.rookery.benchmarks.load.Running;
import dev.rookery.benchmarks.load.Tally;
import java.util.List;

/** The bus in memory. */
public final class MemoryContender implements Contender {
  private final BusSettings settings;
  private int runs;

  public MemoryContender(BusSettings settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return "memory";
  }

  /** A publish that waits for nothing is not in flight. */
  @Override
  public boolean runs(Course course) {
    return course.load() != Load.SINGLES;
  }

  @Override
  public Running start(Course course, List<Tally> tallies) {
    EventBus bus = EventBus.open("memory:bench-" + runs++, BusSettings.inMemory());
    return new RunningBus(bus, settings, tallies, List.of(), () -> {});
  }
}

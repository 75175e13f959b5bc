package dev.rookery.benchmarks.bus;

import dev.rookery.EventBus;
import dev.rookery.benchmarks.load.Contender;
import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Running;
import dev.rookery.benchmarks.load.ScratchFolder;
import dev.rookery.benchmarks.load.Tally;
import java.nio.file.Path;
import java.util.List;

/** The bus on its embedded log, in this process. */
public final class FileContender implements Contender {
  private final BusSettings settings;
  private final Path parent;

  public FileContender(BusSettings settings, Path parent) {
    this.settings = settings;
    this.parent = parent;
  }

  @Override
  public String name() {
    return "file";
  }

  @Override
  public Running start(Course course, List<Tally> tallies) throws Exception {
    ScratchFolder folder = ScratchFolder.in(parent);
    EventBus bus = EventBus.open("file:" + folder.path().resolve("log"));
    return new RunningBus(bus, settings, tallies, List.of(), folder);
  }
}

package dev.rookery.archive;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.StreamConfig;
import dev.rookery.archive.PartitionArchive.Step;
import dev.rookery.embedded.FileProvider;
import dev.rookery.spi.Append;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.spi.SegmentStore;
import dev.rookery.testkit.Samples;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A process that publishes into an embedded log, archives it and trims what may go, as fast as it
 * can, until it is killed or halts itself. It says which events it has receipts for.
 */
final class ArchivingProcess {
  static final Pace PACE = new Pace(100, 1 << 20, Duration.ofMinutes(10), Duration.ofMillis(2));

  /** At this instead of a step it halts when it has trimmed. */
  static final String TRIMMED = "TRIMMED";

  static final int HALTED = 137;
  private static final int AT_ONCE = 20;

  private final AtomicInteger left;
  private final String fatal;

  private ArchivingProcess(String fatal, int times) {
    this.fatal = fatal;
    this.left = new AtomicInteger(times);
  }

  static Address log(Path folder) {
    return Address.parse("file:" + folder.resolve("data"));
  }

  static FileStore store(Path folder) {
    return FileStore.open(folder.resolve("old"), Environment.system());
  }

  /** The claim of one who was killed ends within a moment for this one. */
  private static Environment hasty() {
    Environment system = Environment.system();
    return new Environment() {
      @Override
      public Instant now() {
        return system.now();
      }

      @Override
      public long nanoTime() {
        return 1_000 * system.nanoTime();
      }

      @Override
      public long randomLong() {
        return system.randomLong();
      }
    };
  }

  private static StreamConfig kept(long bytes) {
    return StreamConfig.of("user", 1)
        .archived(Optional.empty(), Optional.of(bytes).filter(most -> most > 0));
  }

  private void reached(String step) {
    if (step.equals(fatal) && left.decrementAndGet() == 0) {
      Runtime.getRuntime().halt(HALTED);
    }
  }

  private void reached(Step step) {
    reached(step.name());
  }

  private void run(Backend backend) {
    long last = backend.log().latest(Samples.USER).ordinal();
    while (true) {
      List<Append> events = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        events.add(Samples.append("event-" + ++last));
      }
      backend.log().append(Samples.USER, events);
      System.out.println(last);
      if (backend.log().trim(Samples.USER, Optional.empty(), Optional.of(0L)) > 0) {
        reached(TRIMMED);
      }
    }
  }

  /**
   * Begins.
   *
   * @param arguments the folder, the step at which it halts, at which time that is reached, and
   *     whether the store is lazy, and how many bytes the archive keeps, 0 for all
   */
  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    ArchivingProcess process = new ArchivingProcess(arguments[1], Integer.parseInt(arguments[2]));
    SegmentStore kept = store(folder);
    SegmentStore store = Boolean.parseBoolean(arguments[3]) ? new LazyStore(kept) : kept;
    BusConfig config = BusConfig.standard().with(kept(Long.parseLong(arguments[4])));
    Backend live = new FileProvider().open(log(folder), config, Environment.system());
    process.run(ArchivedBackend.of(live, store, config, PACE, hasty(), process::reached));
  }
}

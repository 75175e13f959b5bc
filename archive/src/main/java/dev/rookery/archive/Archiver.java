package dev.rookery.archive;

import dev.rookery.BusConfig;
import dev.rookery.Operations.Kind;
import dev.rookery.Operations.Metric;
import dev.rookery.Partition;
import dev.rookery.RookeryException;
import dev.rookery.StreamConfig;
import dev.rookery.Subscription;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Place;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Moves the older part of a log into an archive, on a thread of its own. Of several processes each
 * partition has one at a time, by the claims of the archive's subscription.
 */
final class Archiver implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Archiver.class.getName());

  private static final Duration BETWEEN_MEASURES = Duration.ofMinutes(1);

  private final List<PartitionArchive> partitions = new ArrayList<>();
  private final Shelf shelf;
  private final Pace pace;
  private final Environment environment;
  private final List<Partition> known;
  private final Thread thread;
  private final LongAdder archived = new LongAdder();
  private volatile Optional<String> trouble = Optional.empty();
  private volatile List<Metric> sizes = List.of();
  private long measureAt;
  private volatile boolean closed;

  Archiver(
      Backend backend,
      Shelf shelf,
      BusConfig config,
      Pace pace,
      Environment environment,
      Consumer<PartitionArchive.Step> steps) {
    this.pace = pace;
    this.shelf = shelf;
    this.environment = environment;
    this.known = config.partitions();
    for (StreamConfig stream : config.streams()) {
      Retention retention = Retention.of(stream);
      for (int number = 0; number < stream.partitions(); number++) {
        Partition each = new Partition(stream.name(), number);
        partitions.add(
            new PartitionArchive(each, backend, shelf, pace, retention, environment, steps));
      }
    }
    this.measureAt = environment.nanoTime();
    // A platform thread, since it compresses for seconds, and the log's calls may hold on to theirs
    thread = Thread.ofPlatform().daemon().name("rookery-archiver").unstarted(this::run);
  }

  /** Makes the subscription that trimming waits for. */
  static void define(Backend backend, BusConfig config) {
    Map<Partition, Place> starts = new TreeMap<>();
    config.partitions().forEach(each -> starts.put(each, backend.log().earliest(each)));
    backend.subscriptions().define(Subscription.of(PartitionArchive.SUBSCRIPTION, "**"), starts);
  }

  void start() {
    thread.start();
  }

  Optional<String> trouble() {
    return trouble;
  }

  List<Metric> metrics() {
    List<Metric> all = new ArrayList<>(sizes);
    all.add(
        new Metric(
            "rookery_archived_total",
            "Entries that this process moved into the archive.",
            Kind.COUNTER,
            Map.of(),
            archived.doubleValue()));
    all.add(
        new Metric(
            "rookery_archive_in_trouble",
            "Whether archiving stands still, and so does trimming.",
            Kind.GAUGE,
            Map.of(),
            trouble.isPresent() ? 1 : 0));
    return all;
  }

  /** Looks through the store how much there is. */
  private void measure() {
    Map<Partition, Map<SegmentName, Long>> found = shelf.sizes();
    List<Metric> bytes = new ArrayList<>();
    List<Metric> segments = new ArrayList<>();
    for (Partition each : known) {
      Map<SegmentName, Long> its = found.getOrDefault(each, Map.of());
      bytes.add(
          size(
              "rookery_archive_bytes",
              "What the archive's segments of a partition take.",
              each,
              its.values().stream().mapToLong(Long::longValue).sum()));
      segments.add(
          size(
              "rookery_archive_segments",
              "The archive's segments of a partition.",
              each,
              its.size()));
    }
    bytes.addAll(segments);
    sizes = List.copyOf(bytes);
    measureAt = environment.nanoTime() + BETWEEN_MEASURES.toNanos();
  }

  private static Metric size(String name, String help, Partition partition, long value) {
    Map<String, String> labels =
        Map.of("stream", partition.stream(), "partition", Integer.toString(partition.number()));
    return new Metric(name, help, Kind.GAUGE, labels, value);
  }

  private void run() {
    while (!closed) {
      int moved = 0;
      Optional<String> problem = Optional.empty();
      for (PartitionArchive each : partitions) {
        try {
          moved += closed ? 0 : each.step();
        } catch (RookeryException e) {
          problem = Optional.of(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
          LOG.log(Level.ERROR, "archiving waits after an error", e);
          problem = Optional.of(e.toString());
        }
      }
      try {
        if (environment.nanoTime() - measureAt >= 0) {
          measure();
        }
      } catch (RookeryException e) {
        problem = Optional.of(String.valueOf(e.getMessage()));
      }
      archived.add(moved);
      tell(problem);
      if (moved == 0 && !closed) {
        LockSupport.parkNanos(this, pace.pause().toNanos());
      }
    }
    partitions.forEach(this::release);
  }

  /** Says once what keeps it from archiving. */
  private void tell(Optional<String> problem) {
    if (problem.isPresent() && !problem.equals(trouble)) {
      LOG.log(Level.WARNING, "archiving waits, the log keeps all meanwhile: " + problem.get());
    }
    trouble = problem;
  }

  private void release(PartitionArchive each) {
    try {
      each.release();
    } catch (RookeryException e) {
      LOG.log(Level.DEBUG, "a claim of the archive is left to end by itself", e);
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

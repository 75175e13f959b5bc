package dev.rookery.archive;

import dev.rookery.BusConfig;
import dev.rookery.Operations.Metric;
import dev.rookery.RookeryException;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Capabilities;
import dev.rookery.spi.Check;
import dev.rookery.spi.DeadLetterStore;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.SegmentStore;
import dev.rookery.spi.Snapshot;
import dev.rookery.spi.SubscriptionStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A backend whose log has its older part in an archive. Everything else is the backend's own: the
 * archive holds events, and nothing that anybody changes.
 */
final class ArchivedBackend implements Backend {
  private final Backend live;
  private final Shelf shelf;
  private final Environment environment;
  private final ArchivedLog log;
  private final Optional<Archiver> archiver;
  private final AtomicBoolean closed = new AtomicBoolean();

  private ArchivedBackend(
      Backend live, Shelf shelf, Environment environment, Optional<Archiver> archiver) {
    this.live = live;
    this.environment = environment;
    this.shelf = shelf;
    this.log = new ArchivedLog(live, shelf, environment);
    this.archiver = archiver;
  }

  /** Reads the archive and adds to it; closes the backend with itself. */
  static ArchivedBackend of(
      Backend live, SegmentStore store, BusConfig config, Pace pace, Environment environment) {
    return of(live, store, config, pace, environment, step -> {});
  }

  /** As {@link #of}, telling of each step just after it. */
  static ArchivedBackend of(
      Backend live,
      SegmentStore store,
      BusConfig config,
      Pace pace,
      Environment environment,
      Consumer<PartitionArchive.Step> steps) {
    Belonging.check(live, store, environment);
    Archiver.define(live, config);
    Shelf shelf = new Shelf(store);
    Archiver archiver = new Archiver(live, shelf, config, pace, environment, steps);
    ArchivedBackend backend = new ArchivedBackend(live, shelf, environment, Optional.of(archiver));
    archiver.start();
    return backend;
  }

  /** Reads the archive, and leaves it to others to add to it. */
  static ArchivedBackend reading(Backend live, SegmentStore store) {
    return new ArchivedBackend(live, new Shelf(store), Environment.system(), Optional.empty());
  }

  @Override
  public Capabilities capabilities() {
    return live.capabilities();
  }

  @Override
  public EventLog log() {
    return log;
  }

  @Override
  public SubscriptionStore subscriptions() {
    return live.subscriptions();
  }

  @Override
  public DeadLetterStore deadLetters() {
    return live.deadLetters();
  }

  @Override
  public Optional<String> setting(String name) {
    return live.setting(name);
  }

  @Override
  public boolean changeSetting(String name, Optional<String> seen, String value) {
    return live.changeSetting(name, seen, value);
  }

  @Override
  public List<Metric> metrics() {
    List<Metric> all = new ArrayList<>(live.metrics());
    archiver.ifPresent(working -> all.addAll(working.metrics()));
    return all;
  }

  @Override
  public List<String> states() {
    List<String> all = new ArrayList<>(live.states());
    String how =
        archiver
            .flatMap(Archiver::trouble)
            .map(trouble -> "waits, and so does trimming: " + trouble)
            .orElse("in use");
    all.add("archive %s: %s; %s".formatted(shelf.store(), how, held()));
    return all;
  }

  private String held() {
    try {
      List<Long> sizes =
          shelf.sizes().values().stream().flatMap(each -> each.values().stream()).toList();
      long bytes = sizes.stream().mapToLong(Long::longValue).sum();
      return "%d segments, %.1f MB".formatted(sizes.size(), bytes / 1e6);
    } catch (RookeryException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Override
  public void check(Check check) {
    live.check(check);
    new ArchiveCheck(live, shelf, environment, check).run();
  }

  /** Of the live part; segments never change, and are backed up by copying them. */
  @Override
  public Snapshot snapshot() {
    return live.snapshot();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      archiver.ifPresent(Archiver::close);
      shelf.store().close();
      live.close();
    }
  }
}

package dev.rookery.hybrid;

import dev.rookery.BusConfig;
import dev.rookery.Operations.Metric;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Capabilities;
import dev.rookery.spi.Check;
import dev.rookery.spi.DeadLetterStore;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Listeners;
import dev.rookery.spi.Outbox;
import dev.rookery.spi.Snapshot;
import dev.rookery.spi.SubscriptionStore;
import dev.rookery.spi.Tail;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A backend that is the truth, and a tail beside its log. All that has to be kept is kept by the
 * truth alone, and receipts are its receipts: without the tail everything is slower, and nothing
 * else.
 */
public final class HybridBackend implements Backend {
  private final Backend truth;
  private final Tail tail;
  private final BusConfig config;
  private final Counts counts = new Counts();
  private final Listeners listeners = new Listeners();
  private final Copyist copyist;
  private final HybridLog log;
  private final Runnable stopListening;
  private final AtomicBoolean closed = new AtomicBoolean();

  private HybridBackend(Backend truth, Tail tail, BusConfig config, Environment environment) {
    this.truth = truth;
    this.tail = tail;
    this.config = config;
    LogEpoch epoch = new LogEpoch(truth, environment);
    copyist = new Copyist(truth, tail, epoch, config, counts, listeners, environment);
    log = new HybridLog(truth.log(), tail, epoch, copyist, listeners, counts);
    stopListening =
        truth
            .log()
            .listen(partition -> {
              if (!copyist.follows(partition)) {
                listeners.tell(partition);
              }
            });
    tail.listen(listeners::tell);
  }

  /**
   * Puts a tail beside a backend whose positions have no gaps; both are closed with it.
   *
   * @param config whose partitions have a tail
   */
  public static HybridBackend of(
      Backend truth, Tail tail, BusConfig config, Environment environment) {
    HybridBackend hybrid = new HybridBackend(truth, tail, config, environment);
    hybrid.copyist.start();
    return hybrid;
  }

  @Override
  public Capabilities capabilities() {
    return truth.capabilities();
  }

  @Override
  public EventLog log() {
    return log;
  }

  @Override
  public SubscriptionStore subscriptions() {
    return truth.subscriptions();
  }

  @Override
  public DeadLetterStore deadLetters() {
    return truth.deadLetters();
  }

  @Override
  public Optional<Outbox> outbox() {
    return truth.outbox().map(outbox -> new HybridOutbox(outbox, copyist));
  }

  @Override
  public Optional<String> setting(String name) {
    return truth.setting(name);
  }

  @Override
  public boolean changeSetting(String name, Optional<String> seen, String value) {
    return truth.changeSetting(name, seen, value);
  }

  @Override
  public List<Metric> metrics() {
    List<Metric> all = new ArrayList<>(truth.metrics());
    all.addAll(counts.metrics(copyist.trouble().isEmpty()));
    return all;
  }

  @Override
  public List<String> states() {
    String state =
        copyist
            .trouble()
            .map(trouble -> "not in use, events are read from the log: " + trouble)
            .orElse("in use");
    return List.of(
        "tail %s: %s; holes repaired %d, begun anew %d times"
            .formatted(tail.name(), state, counts.holesRepaired.sum(), counts.begun.sum()));
  }

  @Override
  public void check(Check check) {
    truth.check(check);
    config.partitions().forEach(each -> new TailCheck(each, truth.log(), tail, log, check).run());
  }

  @Override
  public Snapshot snapshot() {
    return truth.snapshot();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      listeners.close();
      stopListening.run();
      copyist.close();
      tail.close();
      truth.close();
    }
  }
}

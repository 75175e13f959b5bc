package dev.rookery.cli.bench;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Published;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** One publisher with keys of its own, each numbered from 1. */
final class Producer implements Runnable {
  private static final long PACE_NANOS = 1_000_000;

  private final EventBus bus;
  private final BenchPlan plan;
  private final int number;
  private final BooleanSupplier mayGoOn;
  private final BooleanSupplier mustWait;
  private final BenchData data;
  private final long[] seqs = new long[BenchPlan.KEYS];
  private final Map<Integer, Set<Long>> refused = new TreeMap<>();
  private final AtomicLong stored = new AtomicLong();
  private volatile String problem = "";
  private int nextKey;

  Producer(
      EventBus bus, BenchPlan plan, int number, BooleanSupplier mayGoOn, BooleanSupplier mustWait) {
    this.bus = bus;
    this.plan = plan;
    this.number = number;
    this.mayGoOn = mayGoOn;
    this.mustWait = mustWait;
    this.data = new BenchData(plan.sizeBytes());
    this.nextKey = number;
  }

  @Override
  public void run() {
    if (plan.isSaturating()) {
      saturate();
    } else {
      pace();
    }
  }

  private void saturate() {
    while (mayGoOn.getAsBoolean()) {
      if (mustWait.getAsBoolean()) {
        LockSupport.parkNanos(PACE_NANOS / 4);
      } else {
        long now = System.nanoTime();
        publish(plan.batchEvents(), _ -> now);
      }
    }
  }

  /** An event's clock starts when it is due, not when there was time for it. */
  private void pace() {
    double nanosEach = 1e9 * plan.producers() / plan.rate();
    long began = System.nanoTime() + (long) (nanosEach * number / plan.producers());
    long sent = 0;
    while (mayGoOn.getAsBoolean()) {
      long due = (long) ((System.nanoTime() - began) / nanosEach) - sent;
      if (due <= 0) {
        long next = began + (long) (nanosEach * (sent + 1));
        LockSupport.parkNanos(Math.max(50_000, Math.min(PACE_NANOS, next - System.nanoTime())));
      } else {
        int count = (int) Math.min(due, plan.batchEvents());
        long first = sent;
        publish(count, i -> began + (long) (nanosEach * (first + i + 1)));
        sent += count;
      }
    }
  }

  /** When the i-th event of a batch was sent. */
  private interface Sent {
    long at(int i);
  }

  private void publish(int count, Sent sent) {
    List<Draft> drafts = new ArrayList<>(count);
    int[] keys = new int[count];
    for (int i = 0; i < count; i++) {
      int key = nextKey;
      nextKey = key + plan.producers() < BenchPlan.KEYS ? key + plan.producers() : number;
      keys[i] = key;
      drafts.add(
          Draft.of(BenchRun.TYPE, data.of(key, ++seqs[key], sent.at(i)))
              .key(BenchRun.keyName(key))
              .source("bench-" + number));
    }
    count(keys, drafts, bus.publishAll(drafts));
  }

  private void count(int[] keys, List<Draft> drafts, List<Published> answers) {
    long good = 0;
    for (int i = 0; i < keys.length; i++) {
      switch (answers.get(i)) {
        case Published.Stored _ -> good++;
        case Published.Rejected(var reason) -> refuse(keys[i], drafts.get(i), reason);
        case Published.Unknown(var reason) -> refuse(keys[i], drafts.get(i), reason);
      }
    }
    stored.addAndGet(good);
  }

  private void refuse(int key, Draft draft, RuntimeException reason) {
    problem = String.valueOf(reason.getMessage());
    refused.computeIfAbsent(key, _ -> new HashSet<>()).add(BenchData.seq(draft.data().bytes()));
  }

  long stored() {
    return stored.get();
  }

  /** Why the last refused event was refused, empty where none was. */
  String problem() {
    return problem;
  }

  boolean owns(int key) {
    return key % plan.producers() == number;
  }

  /** How many events of the key were numbered; ask when it has ended. */
  long numbered(int key) {
    return seqs[key];
  }

  Set<Long> refused(int key) {
    return refused.getOrDefault(key, Set.of());
  }
}

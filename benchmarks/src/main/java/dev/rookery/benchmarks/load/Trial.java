package dev.rookery.benchmarks.load;

import dev.rookery.check.Latencies;
import dev.rookery.spi.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Sends one contender over one course. */
public final class Trial {
  private static final long LOOK_NANOS = 500_000;

  private final Contender contender;
  private final Course course;
  private final Effort effort;
  private final Environment environment;
  private final Gate gate = new Gate();
  private final List<Tally> tallies;
  private final List<Caller> callers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  /** How far everything was, at an instant. */
  private record Look(long nanos, long stored, long delivered, Usage own, Usage servers) {}

  public Trial(Contender contender, Course course, Effort effort, Environment environment) {
    this.contender = contender;
    this.course = course;
    this.effort = effort;
    this.environment = environment;
    this.tallies =
        Stream.generate(() -> new Tally(environment))
            .limit(course.shape().subscriptions())
            .toList();
  }

  /** Measures; the contender is at rest before and after. */
  public Measured run() throws Exception {
    try (Running running = contender.start(course, tallies)) {
      try {
        begin(running);
        waitFor(effort.warmUp());
        tallies.forEach(tally -> tally.measure(true));
        Look before = look(running);
        waitFor(effort.measured());
        Look after = look(running);
        tallies.forEach(tally -> tally.measure(false));
        end();
        return measured(running, before, after);
      } finally {
        gate.stop();
      }
    }
  }

  private void begin(Running running) throws InterruptedException {
    CountDownLatch ready = new CountDownLatch(course.callers());
    for (int number = 0; number < course.callers(); number++) {
      Caller caller = new Caller(running, course, number, environment, gate, ready);
      callers.add(caller);
      Thread.Builder builder =
          course.load() == Load.SINGLES ? Thread.ofVirtual() : Thread.ofPlatform();
      threads.add(builder.name("caller-" + number).start(caller));
    }
    ready.await();
    if (course.load() != Load.PACED) {
      Thread.ofPlatform().daemon().name("backlog").start(this::holdBack);
    }
  }

  /** Lets the callers wait while a subscription is too far behind. */
  private void holdBack() {
    while (!gate.isStopped()) {
      gate.hold(stored() - slowest() > effort.backlog());
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private void end() throws InterruptedException {
    gate.stop();
    long deadline = environment.nanoTime() + effort.patience().toNanos();
    for (Thread thread : threads) {
      long left = Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - environment.nanoTime()));
      thread.join(Duration.ofMillis(left));
    }
    while (slowest() < stored() && environment.nanoTime() < deadline) {
      waitFor(Duration.ofMillis(1));
    }
  }

  private static void waitFor(Duration time) throws InterruptedException {
    Thread.sleep(time);
  }

  private long stored() {
    return callers.stream().mapToLong(Caller::stored).sum();
  }

  private long slowest() {
    return tallies.stream().mapToLong(Tally::delivered).min().orElseGet(this::stored);
  }

  private Look look(Running running) throws Exception {
    Usage own = Usage.ofThisProcess();
    Usage servers = Usage.of(running.servers());
    long delivered = tallies.stream().mapToLong(Tally::delivered).sum();
    return new Look(environment.nanoTime(), stored(), delivered, own, servers);
  }

  private Measured measured(Running running, Look before, Look after) throws Exception {
    double seconds = (after.nanos - before.nanos) / 1e9;
    Latencies latencies = new Latencies();
    tallies.forEach(tally -> latencies.add(tally.latencies()));
    long unsettled = running.settle();
    Map<String, Double> figures = running.figures();
    List<Samples> made = callers.stream().map(Caller::samples).toList();
    return new Measured(
        contender.name(),
        course,
        (after.stored - before.stored) / seconds,
        (after.delivered - before.delivered) / seconds,
        latencies.percentileMillis(0.50),
        latencies.percentileMillis(0.95),
        latencies.percentileMillis(0.99),
        latencies.maxMillis(),
        stored(),
        tallies.stream().mapToLong(tally -> tally.lost(made)).sum(),
        tallies.stream().mapToLong(Tally::duplicates).sum(),
        tallies.stream().mapToLong(Tally::outOfOrder).sum(),
        unsettled,
        after.own.cores(before.own, seconds),
        after.servers.cores(before.servers, seconds),
        after.servers.residentBytes() / 1e6,
        figures,
        problem());
  }

  private Optional<String> problem() {
    if (threads.stream().anyMatch(Thread::isAlive)) {
      return Optional.of("a caller did not end");
    }
    return callers.stream()
        .map(Caller::problem)
        .filter(Objects::nonNull)
        .findFirst()
        .map(String::valueOf);
  }
}

package dev.rookery.benchmarks.load;

import dev.rookery.spi.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One publishing thread. */
final class Caller implements Runnable {
  private final Running running;
  private final Course course;
  private final Environment environment;
  private final Gate gate;
  private final CountDownLatch ready;
  private final Samples samples;
  private final int number;
  private final AtomicLong stored = new AtomicLong();
  private volatile @Nullable Exception problem;

  Caller(
      Running running,
      Course course,
      int number,
      Environment environment,
      Gate gate,
      CountDownLatch ready) {
    this.running = running;
    this.course = course;
    this.environment = environment;
    this.gate = gate;
    this.ready = ready;
    this.number = number;
    this.samples = new Samples(number, course.callers(), course.dataBytes(), environment);
  }

  @Override
  public void run() {
    try (Publishing publishing = running.publishing()) {
      ready.countDown();
      switch (course.load()) {
        case BATCHES -> saturate(publishing, Load.BATCH);
        case SINGLES -> saturate(publishing, 1);
        case PACED -> pace(publishing);
      }
    } catch (Exception e) {
      problem = e;
    } finally {
      ready.countDown();
    }
  }

  private void saturate(Publishing publishing, int batch) throws Exception {
    while (gate.pass()) {
      List<Sample> events = new ArrayList<>(batch);
      for (int i = 0; i < batch; i++) {
        events.add(samples.next(environment.nanoTime()));
      }
      publish(publishing, events);
    }
  }

  /** Events count from when they were due, so that a stall delays all that fell due in it. */
  private void pace(Publishing publishing) throws Exception {
    long interval = TimeUnit.SECONDS.toNanos(course.callers()) / course.rate();
    long due = environment.nanoTime() + interval * number / course.callers();
    while (!gate.isStopped()) {
      long now = environment.nanoTime();
      if (due > now) {
        LockSupport.parkNanos(due - now);
        continue;
      }
      List<Sample> events = new ArrayList<>();
      for (; due <= now && events.size() < Load.BATCH; due += interval) {
        events.add(samples.next(due));
      }
      publish(publishing, events);
    }
  }

  private void publish(Publishing publishing, List<Sample> events) throws Exception {
    publishing.publish(events);
    stored.lazySet(stored.get() + events.size());
  }

  long stored() {
    return stored.get();
  }

  Samples samples() {
    return samples;
  }

  @Nullable Exception problem() {
    return problem;
  }
}

package dev.rookery.testkit;

import dev.rookery.Delivery;
import dev.rookery.spi.Alarms;
import dev.rookery.spi.Environment;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Time that stands still until it is moved to the next alarm, and randomness from a seed.
 *
 * <h2>Design</h2>
 *
 * All threads of the engine are counted while they work. Time is moved only when the count is zero:
 * then everything that can happen at this instant has happened. Who waits here, for a time or to be
 * let go, is not counted; whoever wakes it counts it first. An interrupt wakes without counting, so
 * sleepers are asked whether they are about to wake: an interrupted one has its flag set, and
 * before it takes the lock to count itself, which clears the flag for a while, it is stirring.
 */
final class VirtualTime implements Environment {
  /** Threads come in any order, and a seed is to choose the same of them each time. */
  private static final Comparator<Delivery> SAME_WHOEVER_CAME_FIRST =
      Comparator.comparing(Delivery::subscription)
          .thenComparing(Delivery::partition)
          .thenComparing(Delivery::position);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Instant beginning;
  private final SplittableRandom random;
  private final PriorityQueue<Alarm> alarms =
      new PriorityQueue<>(Comparator.comparingLong(Alarm::at).thenComparingLong(Alarm::number));
  private final Set<Sleeper> sleepers = new LinkedHashSet<>();
  private final SplittableRandom choice;
  private final Map<Delivery, Sleeper> held = new TreeMap<>(SAME_WHOEVER_CAME_FIRST);
  private long nanos;
  private long set;
  private int working;

  private record Alarm(long at, long number, Runnable ring) {}

  private static final class Sleeper {
    final Thread thread = Thread.currentThread();
    volatile boolean awake;
    private volatile boolean stirring;

    boolean isWaking() {
      return thread.isInterrupted() || stirring;
    }
  }

  VirtualTime(Instant beginning, long seed) {
    this.beginning = beginning;
    this.random = new SplittableRandom(seed);
    this.choice = random.split();
  }

  @Override
  public Instant now() {
    return beginning.plusNanos(nanoTime());
  }

  @Override
  public long nanoTime() {
    lock.lock();
    try {
      return nanos;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long randomLong() {
    lock.lock();
    try {
      return random.nextLong();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void working(int change) {
    lock.lock();
    try {
      working += change;
      if (working == 0) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Alarms alarms() {
    return new Alarms() {
      @Override
      public Runnable set(long after, Runnable ring) {
        return VirtualTime.this.set(after, ring);
      }

      @Override
      public void close() {
        lock.lock();
        try {
          alarms.clear();
        } finally {
          lock.unlock();
        }
      }
    };
  }

  /** Has something done when so much time has passed; what it returns calls it off. */
  Runnable set(long after, Runnable ring) {
    lock.lock();
    try {
      Alarm alarm = new Alarm(Math.addExact(nanos, after), set++, ring);
      alarms.add(alarm);
      return () -> callOff(alarm);
    } finally {
      lock.unlock();
    }
  }

  private void callOff(Alarm alarm) {
    lock.lock();
    try {
      alarms.remove(alarm);
    } finally {
      lock.unlock();
    }
  }

  // ---- moving on

  /** Waits until nothing is at work; false when real time ran out before. */
  boolean awaitQuiet(Duration patience) {
    lock.lock();
    try {
      long left = patience.toNanos();
      while (working > 0 || sleepers.stream().anyMatch(Sleeper::isWaking)) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Moves on to the next alarm and rings it, if it does not lie after the instant. */
  boolean ringNext(Instant latest) {
    Alarm next;
    lock.lock();
    try {
      next = alarms.peek();
      if (next == null || beginning.plusNanos(next.at).isAfter(latest)) {
        return false;
      }
      alarms.remove();
      nanos = Math.max(nanos, next.at);
    } finally {
      lock.unlock();
    }
    next.ring.run();
    return true;
  }

  /** Moves on to the instant, where no alarm is left before it. */
  void moveTo(Instant time) {
    lock.lock();
    try {
      nanos = Math.max(nanos, Duration.between(beginning, time).toNanos());
    } finally {
      lock.unlock();
    }
  }

  // ---- waiting

  /** Waits, on a thread that counts as work, until so much time has passed. */
  void sleep(Duration time) throws InterruptedException {
    Sleeper sleeper = new Sleeper();
    long until = Math.min(time.toNanos(), TimeUnit.DAYS.toNanos(10_000));
    Runnable callOff = set(until, () -> wake(sleeper));
    try {
      fallAsleep(sleeper);
      park(sleeper);
    } finally {
      callOff.run();
    }
  }

  /** Waits, on the thread of a delivery's handler, until it is let go. */
  void hold(Delivery delivery) throws InterruptedException {
    Sleeper sleeper = new Sleeper();
    lock.lock();
    try {
      held.put(delivery, sleeper);
      fallAsleep(sleeper);
    } finally {
      lock.unlock();
    }
    park(sleeper);
  }

  /** Lets one of those go that are held, by chance; says among how many, 0 where there is none. */
  int letOneGo() {
    Sleeper chosen;
    int choices;
    lock.lock();
    try {
      choices = held.size();
      if (choices == 0) {
        return 0;
      }
      chosen = List.copyOf(held.values()).get(choice.nextInt(choices));
    } finally {
      lock.unlock();
    }
    wake(chosen);
    return choices;
  }

  private void fallAsleep(Sleeper sleeper) {
    lock.lock();
    try {
      sleepers.add(sleeper);
      working(-1);
    } finally {
      lock.unlock();
    }
  }

  private void wake(Sleeper sleeper) {
    lock.lock();
    try {
      rise(sleeper);
      sleeper.awake = true;
    } finally {
      lock.unlock();
    }
    LockSupport.unpark(sleeper.thread);
  }

  private void rise(Sleeper sleeper) {
    held.values().remove(sleeper);
    if (sleepers.remove(sleeper)) {
      working(1);
    }
  }

  private void park(Sleeper sleeper) throws InterruptedException {
    while (!sleeper.awake && !sleeper.thread.isInterrupted()) {
      LockSupport.park(this);
    }
    sleeper.stirring = true;
    lock.lock();
    try {
      rise(sleeper);
    } finally {
      lock.unlock();
    }
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted while it waited for virtual time");
    }
  }
}

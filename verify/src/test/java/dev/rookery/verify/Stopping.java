package dev.rookery.verify;

import dev.rookery.LogFailed;
import dev.rookery.testkit.TwistedBackend;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A world that stops at one of the steps by which subscriptions and dead letters change: from there
 * on every call fails, as if the process had ended.
 */
final class Stopping implements TwistedBackend.Twist {
  private static final Set<String> STEPS =
      Set.of("define", "claim", "save", "release", "bury", "settle", "redrive", "discard", "touch");

  /** What happens at the step. */
  enum Stop {
    /** The step is not done. */
    BEFORE,
    /** The step is done, and nobody hears of it. */
    AFTER,
    /** The step is not done for want of memory, and the world goes on. */
    OUT_OF_MEMORY
  }

  private final Stop stop;
  private final int at;
  private final Predicate<TwistedBackend.Call> where;
  private final Set<String> ignored;
  private final List<String> steps = new CopyOnWriteArrayList<>();
  private volatile boolean reached;
  private volatile boolean stopped;

  /**
   * Stops at a step, counted from 1.
   *
   * @param ignored the seeded bug: steps that are never done, and answered as if they were
   */
  Stopping(Stop stop, int at, Set<String> ignored) {
    this(stop, at, _ -> false, ignored);
  }

  /** Stops at the first step like this. */
  Stopping(Stop stop, Predicate<TwistedBackend.Call> where, Set<String> ignored) {
    this(stop, 0, where, ignored);
  }

  private Stopping(Stop stop, int at, Predicate<TwistedBackend.Call> where, Set<String> ignored) {
    this.stop = stop;
    this.at = at;
    this.where = where;
    this.ignored = ignored;
  }

  /** Whether the step was reached. */
  boolean reached() {
    return reached;
  }

  /** Stops the world here. */
  void halt() {
    stopped = true;
  }

  boolean stopped() {
    return stopped;
  }

  /** The steps that were done. */
  List<String> done() {
    return List.copyOf(steps);
  }

  @Override
  public @Nullable Object answer(TwistedBackend.Call call) throws Throwable {
    return STEPS.contains(call.method().getName()) ? step(call) : pass(call);
  }

  private synchronized @Nullable Object step(TwistedBackend.Call call) throws Throwable {
    String name = call.method().getName();
    boolean here = !reached && (steps.size() + 1 == at || where.test(call));
    reached |= here;
    if (here && stop == Stop.OUT_OF_MEMORY) {
      throw new OutOfMemoryError("seeded");
    }
    stopped |= here && stop == Stop.BEFORE;
    @Nullable Object answer = ignored.contains(name) ? null : pass(call);
    steps.add(name);
    if (here) {
      stopped = true;
      throw new LogFailed("the world stopped after " + name);
    }
    return answer;
  }

  private @Nullable Object pass(TwistedBackend.Call call) throws Throwable {
    if (stopped) {
      throw new LogFailed("the world stopped before " + call.method().getName());
    }
    return call.pass();
  }
}

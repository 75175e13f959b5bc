package dev.rookery.embedded;

import dev.rookery.LogFailed;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Capabilities;
import dev.rookery.spi.DeadLetterStore;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.SubscriptionStore;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A backend before another one whose world stops at one of the steps by which subscriptions and
 * dead letters change: from there on every call fails, as if the process had ended.
 */
final class StoppingBackend implements Backend {
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

  private final Backend inner;
  private final Stop stop;
  private final int at;
  private final Set<String> ignored;
  private final List<String> steps = new CopyOnWriteArrayList<>();
  private volatile boolean reached;
  private volatile boolean stopped;

  /**
   * Stops at a step, counted from 1.
   *
   * @param ignored the seeded bug: steps that are never done, and answered as if they were
   */
  StoppingBackend(Backend inner, Stop stop, int at, Set<String> ignored) {
    this.inner = inner;
    this.stop = stop;
    this.at = at;
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

  private <T> T stopping(Class<T> type, T part) {
    InvocationHandler handler = (proxy, method, arguments) -> call(part, method, arguments);
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private @Nullable Object call(Object part, Method method, Object @Nullable [] arguments)
      throws Throwable {
    return STEPS.contains(method.getName())
        ? step(part, method, arguments)
        : pass(part, method, arguments);
  }

  private synchronized @Nullable Object step(
      Object part, Method method, Object @Nullable [] arguments) throws Throwable {
    boolean here = !reached && steps.size() + 1 == at;
    reached |= here;
    if (here && stop == Stop.OUT_OF_MEMORY) {
      throw new OutOfMemoryError("seeded");
    }
    stopped |= here && stop == Stop.BEFORE;
    @Nullable Object answer =
        ignored.contains(method.getName()) ? null : pass(part, method, arguments);
    steps.add(method.getName());
    if (here) {
      stopped = true;
      throw new LogFailed("the world stopped after " + method.getName());
    }
    return answer;
  }

  private @Nullable Object pass(Object part, Method method, Object @Nullable [] arguments)
      throws Throwable {
    if (stopped) {
      throw new LogFailed("the world stopped before " + method.getName());
    }
    try {
      return method.invoke(part, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @Override
  public Capabilities capabilities() {
    return inner.capabilities();
  }

  @Override
  public EventLog log() {
    return stopping(EventLog.class, inner.log());
  }

  @Override
  public SubscriptionStore subscriptions() {
    return stopping(SubscriptionStore.class, inner.subscriptions());
  }

  @Override
  public DeadLetterStore deadLetters() {
    return stopping(DeadLetterStore.class, inner.deadLetters());
  }

  @Override
  public Optional<String> setting(String name) {
    return inner.setting(name);
  }

  @Override
  public boolean changeSetting(String name, Optional<String> seen, String value) {
    return inner.changeSetting(name, seen, value);
  }

  @Override
  public void close() {
    inner.close();
  }
}

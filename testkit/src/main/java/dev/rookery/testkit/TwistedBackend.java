package dev.rookery.testkit;

import dev.rookery.Operations.Metric;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Capabilities;
import dev.rookery.spi.Check;
import dev.rookery.spi.DeadLetterStore;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.SubscriptionStore;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A backend before another one, whose log, subscriptions and dead letters may be given other
 * behaviour: faults, seeded bugs, a look at what is asked.
 *
 * @param shared whether the backend behind it stays open when this one is closed, so that several
 *     buses in one process can stand for several processes
 */
public record TwistedBackend(Backend inner, Twist twist, boolean shared) implements Backend {
  /** Answers a call in place of the part, or passes it on. */
  @FunctionalInterface
  public interface Twist {
    Twist NONE = Call::pass;

    @Nullable Object answer(Call call) throws Throwable;
  }

  /** A call on its way to a part of the backend. */
  public record Call(Object part, Method method, List<Object> arguments) {
    public boolean of(String name) {
      return method.getName().equals(name);
    }

    public @Nullable Object pass() throws Throwable {
      return pass(arguments.toArray());
    }

    /** Passes it on with other arguments. */
    public @Nullable Object pass(Object... others) throws Throwable {
      try {
        return method.invoke(part, others);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }
  }

  /** One that takes the backend behind it with it when it is closed. */
  public TwistedBackend(Backend inner, Twist twist) {
    this(inner, twist, false);
  }

  private <T> T twisted(Class<T> type, T part) {
    InvocationHandler handler =
        (proxy, method, arguments) ->
            twist.answer(
                new Call(part, method, arguments == null ? List.of() : List.of(arguments)));
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @Override
  public Capabilities capabilities() {
    return inner.capabilities();
  }

  @Override
  public EventLog log() {
    return twisted(EventLog.class, inner.log());
  }

  @Override
  public SubscriptionStore subscriptions() {
    return twisted(SubscriptionStore.class, inner.subscriptions());
  }

  @Override
  public DeadLetterStore deadLetters() {
    return twisted(DeadLetterStore.class, inner.deadLetters());
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
  public List<Metric> metrics() {
    return inner.metrics();
  }

  @Override
  public List<String> states() {
    return inner.states();
  }

  @Override
  public void check(Check check) {
    inner.check(check);
  }

  @Override
  public void close() {
    if (!shared) {
      inner.close();
    }
  }
}

package dev.rookery.testkit;

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

/** A backend before another one, whose parts may be given other behaviour. */
class ForwardingBackend implements Backend {
  /** Answers a call in place of the part, or passes it on. */
  interface Twist {
    Object call(Call call) throws Throwable;
  }

  /** A call on its way to a part. */
  record Call(Object part, Method method, List<Object> arguments) {
    boolean of(String name) {
      return method.getName().equals(name);
    }

    Object pass(Object... others) throws Throwable {
      try {
        return method.invoke(part, others);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }

    Object pass() throws Throwable {
      return pass(arguments.toArray());
    }
  }

  private final Backend inner;
  private final Twist twist;

  ForwardingBackend(Backend inner, Twist twist) {
    this.inner = inner;
    this.twist = twist;
  }

  private <T> T twisted(Class<T> type, T part) {
    InvocationHandler handler =
        (proxy, method, arguments) ->
            twist.call(new Call(part, method, arguments == null ? List.of() : List.of(arguments)));
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
  public void close() {
    inner.close();
  }
}

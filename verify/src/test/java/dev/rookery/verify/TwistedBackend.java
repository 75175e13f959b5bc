package dev.rookery.verify;

import dev.rookery.spi.Backend;
import dev.rookery.spi.Capabilities;
import dev.rookery.spi.DeadLetterStore;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.SubscriptionStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;

/**
 * A backend whose subscriptions may be given other behaviour. Closing it leaves the backend behind
 * it open, so that several buses in one process can stand for several processes.
 */
record TwistedBackend(Backend inner, Twist twist) implements Backend {
  /** Answers a call in place of the store, or passes it on. */
  interface Twist {
    Twist NONE = Call::pass;

    Object answer(Call call) throws Throwable;
  }

  /** A call on its way to the store of subscriptions. */
  record Call(SubscriptionStore store, Method method, List<Object> arguments) {
    boolean of(String name) {
      return method.getName().equals(name);
    }

    Object pass() throws Throwable {
      return pass(arguments.toArray());
    }

    Object pass(Object... others) throws Throwable {
      try {
        return method.invoke(store, others);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }
  }

  @Override
  public SubscriptionStore subscriptions() {
    SubscriptionStore store = inner.subscriptions();
    return (SubscriptionStore)
        Proxy.newProxyInstance(
            SubscriptionStore.class.getClassLoader(),
            new Class<?>[] {SubscriptionStore.class},
            (proxy, method, arguments) ->
                twist.answer(
                    new Call(store, method, arguments == null ? List.of() : List.of(arguments))));
  }

  @Override
  public Capabilities capabilities() {
    return inner.capabilities();
  }

  @Override
  public EventLog log() {
    return inner.log();
  }

  @Override
  public DeadLetterStore deadLetters() {
    return inner.deadLetters();
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
    // Whoever made the backend behind it closes that.
  }
}

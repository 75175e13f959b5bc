package dev.rookery.testkit;

import dev.rookery.Delivery;
import dev.rookery.TypePattern;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A fault that a {@link TestBus} will bring about: first which deliveries of a subscription it
 * hits, then what happens to them. Without more it hits the next delivery, once.
 *
 * <pre>{@code
 * bus.fault("greeter").event("m-1").duplicate();
 * bus.fault("greeter").type("user.message.*").times(3).dropSettlement();
 * bus.fault("greeter").attempt(2).crashAfterEffect();
 * bus.fault("greeter").reorder();
 * }</pre>
 */
public final class Fault {
  /** What happens. */
  enum Kind {
    DUPLICATE("duplicate"),
    REORDER("reorder"),
    DROP_SETTLEMENT("drop the settlement"),
    CRASH_BEFORE_EFFECT("crash before the effect"),
    CRASH_AFTER_EFFECT("crash after the effect"),
    CRASH_BEFORE_SAVE("crash before the save");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  private final String subscription;
  private final Predicate<Delivery> wanted;
  private final String description;
  private final int times;
  private final Consumer<Script> scripts;

  /** What was asked for, and how often it is still to come. */
  static final class Script {
    private final Kind kind;
    private final Fault fault;
    private int left;

    private Script(Kind kind, Fault fault) {
      this.kind = kind;
      this.fault = fault;
      this.left = fault.times;
    }

    Kind kind() {
      return kind;
    }

    boolean wants(Delivery delivery) {
      return fault.subscription.equals(delivery.subscription()) && fault.wanted.test(delivery);
    }

    /** Counts one that has come about; false where no more was to come. */
    synchronized boolean take() {
      return left > 0 && left-- > 0;
    }

    synchronized boolean isToCome() {
      return left > 0;
    }

    @Override
    public String toString() {
      return kind.words + ": " + fault.description;
    }
  }

  private Fault(
      String subscription,
      Predicate<Delivery> wanted,
      String description,
      int times,
      Consumer<Script> scripts) {
    this.subscription = subscription;
    this.wanted = wanted;
    this.description = description;
    this.times = times;
    this.scripts = scripts;
  }

  static Fault of(String subscription, Consumer<Script> scripts) {
    return new Fault(subscription, delivery -> true, "subscription " + subscription, 1, scripts);
  }

  private Fault only(String words, Predicate<Delivery> which) {
    return new Fault(subscription, wanted.and(which), description + ", " + words, times, scripts);
  }

  /** Hits only deliveries of the event of this id. */
  public Fault event(String id) {
    return only("event " + id, delivery -> delivery.event().id().equals(id));
  }

  /** Hits only deliveries of events whose type matches the pattern. */
  public Fault type(String pattern) {
    TypePattern types = TypePattern.of(pattern);
    return only("type " + pattern, delivery -> types.matches(delivery.event().type()));
  }

  /** Hits only deliveries of events of this key. */
  public Fault key(String key) {
    return only("key " + key, delivery -> delivery.event().key().equals(key));
  }

  /** Hits only the n-th attempt of an event, counted from 1. */
  public Fault attempt(int number) {
    return only("attempt " + number, delivery -> delivery.attempt() == number);
  }

  /** Hits so many deliveries, one after the other. */
  public Fault times(int number) {
    return new Fault(subscription, wanted, description, number, scripts);
  }

  /**
   * Hands the delivery to the handler once more after it returned, as after a crash whose traces
   * are gone: with the same attempt, and so with the same ids for what the handler publishes.
   */
  public void duplicate() {
    add(Kind.DUPLICATE);
  }

  /**
   * Holds all such deliveries until the bus has come to rest, and then lets them go one at a time
   * in an order that the seed decides. Within a key the bus hands out one at a time, so that no
   * key's order changes.
   */
  public void reorder() {
    add(Kind.REORDER);
  }

  /**
   * Lets the handler do its work and loses what it answers, as a cut connection does: the attempt
   * runs into its deadline, counts as timed out, and the event comes again.
   */
  public void dropSettlement() {
    add(Kind.DROP_SETTLEMENT);
  }

  /** Ends the subscriber before the handler is called, as kill -9 does, and starts it anew. */
  public void crashBeforeEffect() {
    add(Kind.CRASH_BEFORE_EFFECT);
  }

  /**
   * Ends the subscriber when the handler has returned and the bus does not know yet, as kill -9
   * does, and starts it anew. Other handlers that are at work are interrupted, and what was handled
   * and not saved comes again with it.
   */
  public void crashAfterEffect() {
    add(Kind.CRASH_AFTER_EFFECT);
  }

  /**
   * Ends the subscriber when the bus knows of the handling and has come to rest, but not saved it
   * yet, and starts it anew.
   */
  public void crashBeforeSave() {
    add(Kind.CRASH_BEFORE_SAVE);
  }

  private void add(Kind kind) {
    scripts.accept(new Script(kind, this));
  }
}

package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Delivery;
import dev.rookery.EventHandler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A handler that remembers what it was handed and does what a test wants done. */
public final class Recorder {
  private final List<Delivery> begun = new CopyOnWriteArrayList<>();
  private final List<Delivery> handled = new CopyOnWriteArrayList<>();
  private volatile EventHandler.DeliveryHandler behaviour = (delivery, progress) -> {};

  /** Does this from now on with what it is handed. */
  public Recorder doing(EventHandler.DeliveryHandler action) {
    behaviour = action;
    return this;
  }

  public EventHandler handler() {
    return EventHandler.ofDeliveries((delivery, progress) -> {
      begun.add(delivery);
      behaviour.handle(delivery, progress);
      handled.add(delivery);
    });
  }

  /** Every attempt, in the order in which they began. */
  public List<Delivery> begun() {
    return List.copyOf(begun);
  }

  /** The attempts that succeeded, in the order in which they ended. */
  public List<Delivery> handled() {
    return List.copyOf(handled);
  }

  public List<String> begunIds() {
    return begun.stream().map(delivery -> delivery.event().id()).toList();
  }

  public List<String> handledIds() {
    return handled.stream().map(delivery -> delivery.event().id()).toList();
  }

  /** The ids of one key's events that were handled. */
  public List<String> handledIds(String key) {
    return handled.stream()
        .filter(delivery -> delivery.event().key().equals(key))
        .map(delivery -> delivery.event().id())
        .toList();
  }

  /** Waits until exactly these events have been handled, in this order. */
  public void awaitHandled(String... ids) {
    soon().untilAsserted(() -> assertThat(handledIds()).containsExactly(ids));
  }

  public void awaitHandled(int count) {
    soon().untilAsserted(() -> assertThat(handled.size()).as("events handled").isEqualTo(count));
  }

  public void awaitBegun(int count) {
    soon().until(() -> begun.size() >= count);
  }
}

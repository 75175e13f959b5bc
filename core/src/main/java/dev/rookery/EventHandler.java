package dev.rookery;

/**
 * Reacts to one event. Returning acknowledges it, throwing asks for a retry, and the subscription's
 * policy decides the rest. Throw {@link EventRejected} for what you will never accept, {@link
 * RetryAfter} to choose the delay, {@link Outage} when your surroundings are down.
 */
@FunctionalInterface
public interface EventHandler {
  /** Handles the event, on a thread of its own; interrupted at the subscription's deadline. */
  void handle(Event event) throws Exception;

  /** Handles a delivery; for handlers that want to know its position, its attempt or its epoch. */
  default void handle(Delivery delivery, Progress progress) throws Exception {
    handle(delivery.event());
  }

  /** What a running handler can tell the bus. */
  @FunctionalInterface
  interface Progress {
    /** Still at work: the deadline begins anew. */
    void working();
  }

  /** A handler that gets deliveries. */
  static EventHandler ofDeliveries(DeliveryHandler handler) {
    return new EventHandler() {
      @Override
      public void handle(Event event) {
        throw new UnsupportedOperationException("this handler takes deliveries");
      }

      @Override
      public void handle(Delivery delivery, Progress progress) throws Exception {
        handler.handle(delivery, progress);
      }
    };
  }

  /** Reacts to one delivery. */
  @FunctionalInterface
  interface DeliveryHandler {
    void handle(Delivery delivery, Progress progress) throws Exception;
  }
}

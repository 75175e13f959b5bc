package dev.rookery;

/** Thrown by a handler that will never accept the event: it becomes a dead letter at once. */
public final class EventRejected extends RookeryException {
  private static final long serialVersionUID = 1L;

  public EventRejected(String reason) {
    super(reason);
  }
}

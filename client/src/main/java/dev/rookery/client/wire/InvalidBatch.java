package dev.rookery.client.wire;

import dev.rookery.RookeryException;

/** One event of a batch is not well-formed, so nothing of the batch is stored. */
public final class InvalidBatch extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int index;
  private final RookeryException reason;

  InvalidBatch(int index, RookeryException reason) {
    super("event " + index + " of the batch: " + reason.getMessage(), reason);
    this.index = index;
    this.reason = reason;
  }

  /** Which event, counted from 0. */
  public int index() {
    return index;
  }

  public RookeryException reason() {
    return reason;
  }
}

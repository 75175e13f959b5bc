package dev.rookery.embedded;

import java.io.IOException;

/** A place where a test lets the writer fail; {@link #NONE} everywhere else. */
interface FailPoint {
  FailPoint NONE = step -> {};

  /** Where the writer is. */
  enum Step {
    BEFORE_COMMIT,
    AFTER_COMMIT
  }

  /** Fails, or does nothing. */
  void reach(Step step) throws IOException;
}

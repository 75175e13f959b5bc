package dev.rookery.cli;

/** Exit codes. */
final class Exit {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int UNREACHABLE = 3;

  /** {@code verify} found damage that is not repaired. */
  static final int DAMAGED = 4;

  static final int INTERRUPTED = 130;

  private Exit() {}
}

package dev.rookery;

import org.jspecify.annotations.Nullable;

/** A backup is not what was written: cut short, or changed since. */
public final class BackupDamaged extends RookeryException {
  private static final long serialVersionUID = 1L;

  public BackupDamaged(String message) {
    super(message);
  }

  public BackupDamaged(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

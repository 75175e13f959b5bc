package dev.rookery;

import org.jspecify.annotations.Nullable;

/** Another process has the folder of an embedded log open. */
public final class FolderLocked extends RookeryException {
  private static final long serialVersionUID = 1L;

  public FolderLocked(String message) {
    super(message);
  }

  public FolderLocked(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

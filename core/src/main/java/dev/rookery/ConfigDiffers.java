package dev.rookery;

import org.jspecify.annotations.Nullable;

/** The configuration is not the one that the store was made with. */
public final class ConfigDiffers extends RookeryException {
  private static final long serialVersionUID = 1L;

  public ConfigDiffers(String message) {
    super(message);
  }

  public ConfigDiffers(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

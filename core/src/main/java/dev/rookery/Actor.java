package dev.rookery;

import java.util.Optional;

/**
 * On whose behalf something is done to a bus, as the audit records it.
 *
 * @param principal who was authenticated; empty: nobody, and the user that the process runs as is
 *     recorded in its place
 * @param via how the wish came in, such as {@code process} or {@code http 127.0.0.1}
 */
public record Actor(Optional<String> principal, String via) {
  /** Whoever runs this process. */
  public static final Actor PROCESS = new Actor(Optional.empty(), "process");

  /** Somebody who was authenticated. */
  public static Actor of(String principal, String via) {
    return new Actor(Optional.of(principal), via);
  }
}

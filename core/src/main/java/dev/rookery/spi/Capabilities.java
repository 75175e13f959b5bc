package dev.rookery.spi;

import dev.rookery.Durability;
import java.time.Duration;
import java.util.List;

/**
 * The promises that a backend makes. What it does not promise is named, never silently missing.
 *
 * @param durability the level of its receipts
 * @param shared whether several processes can open the same store
 * @param pinsThreads whether its calls hold on to their carrier, so that the engine calls it on
 *     platform threads
 * @param wakes whether {@link EventLog#listen} tells of every append at once
 * @param pollInterval how often to look where it does not
 * @param weaknesses settings of the store that weaken a promise, one line each
 */
public record Capabilities(
    Durability durability,
    boolean shared,
    boolean pinsThreads,
    boolean wakes,
    Duration pollInterval,
    List<String> weaknesses) {
  public Capabilities {
    weaknesses = List.copyOf(weaknesses);
  }
}

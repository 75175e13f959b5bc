package dev.rookery;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How safe an event is when its receipt is given, weakest first. */
public enum Durability {
  /** In the memory of one process. */
  @JsonProperty("memory")
  MEMORY,
  /** Taken by a store that writes it to disk later. */
  @JsonProperty("accepted")
  ACCEPTED,
  /** Synced to disk: survives a killed process and a power cut. */
  @JsonProperty("fsynced")
  FSYNCED,
  /** Synced, and kept by a second machine. */
  @JsonProperty("replicated")
  REPLICATED;

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}

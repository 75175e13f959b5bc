package dev.rookery;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What handling an event does to the world. Whoever handles again what was handled before has to
 * know: see {@link ReplayTerms}.
 */
public enum SideEffect {
  /** Nothing but publish. */
  @JsonProperty("pure")
  PURE,
  /** Something that is the same after the second time as after the first. */
  @JsonProperty("idempotent")
  IDEMPOTENT,
  /** Something that others notice each time: a mail, a payment, a message to a person. */
  @JsonProperty("external")
  EXTERNAL
}

package dev.rookery;

import java.util.Objects;

/**
 * What holds while events are handed out again.
 *
 * @param external whether that goes for what acts on the world outside as well: handlings that are
 *     {@link SideEffect#EXTERNAL}, by what the subscription says or by what the catalogue says of
 *     the type
 */
public record ReplayTerms(boolean external, Pace pace) {
  /** Nothing external, and as fast as it goes. */
  public static final ReplayTerms USUAL = new ReplayTerms(false, Pace.UNLIMITED);

  public ReplayTerms {
    pace = Objects.requireNonNullElse(pace, Pace.UNLIMITED);
  }

  public ReplayTerms withExternal() {
    return new ReplayTerms(true, pace);
  }

  public ReplayTerms pace(Pace wanted) {
    return new ReplayTerms(external, wanted);
  }
}

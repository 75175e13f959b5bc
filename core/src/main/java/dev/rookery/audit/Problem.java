package dev.rookery.audit;

import java.util.Locale;

/**
 * Something that is wrong with the audit.
 *
 * @param record the id of the record it is about
 * @param place where that is or should be, for people
 */
public record Problem(Kind kind, String record, String place, String detail) {
  /** What is wrong. */
  public enum Kind {
    /** Its seal is not that of what it says, or its envelope says something else. */
    ALTERED,
    /** It is not there, although later ones of its writer are. */
    MISSING,
    /** It is not one of its writer's. */
    INSERTED,
    /** It stands behind later ones of its writer. */
    REORDERED,
    /** A checkpoint knows it, and it is not there any more. */
    CUT_OFF,
    /** It is sealed with a key that was not given, or with none. */
    WRONG_KEY,
    /** The checkpoint itself is not what was written. */
    CHECKPOINT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}

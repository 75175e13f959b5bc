package dev.rookery;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/**
 * Something that is not as it should be in what a bus has stored.
 *
 * @param what is wrong, for people
 */
public record Finding(Where where, String what, Grade grade, Remedy remedy) {
  /** How bad it is. */
  public enum Grade {
    /** Something is lost, or cannot be read, or would be read wrongly. */
    @JsonProperty("damage")
    DAMAGE,
    /** Nothing is lost; somebody should know. */
    @JsonProperty("note")
    NOTE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Where it is. */
  public sealed interface Where {
    /** Positions of the log, the first and the last included. */
    record Log(Partition partition, Position first, Position last) implements Where {
      @Override
      public String toString() {
        return "log " + partition + "@" + first + (first.equals(last) ? "" : " to " + last);
      }
    }

    /**
     * Positions that the archive should have.
     *
     * @param after all positions after this one
     * @param last up to this one, it included
     */
    record Gap(Partition partition, Position after, Position last) implements Where {
      @Override
      public String toString() {
        return "archive " + partition + " after " + after + " to " + last;
      }
    }

    /** A piece of the archive. */
    record Archive(String piece) implements Where {
      @Override
      public String toString() {
        return "archive " + piece;
      }
    }

    /** A partition's tail. */
    record Tail(Partition partition) implements Where {
      @Override
      public String toString() {
        return "tail " + partition;
      }
    }

    /** A subscription, its cursors or its dead letters. */
    record Subscription(String name) implements Where {
      @Override
      public String toString() {
        return "subscription " + name;
      }
    }

    /** What the store keeps as a whole, such as its file. */
    record Store(String name) implements Where {
      @Override
      public String toString() {
        return "store " + name;
      }
    }
  }

  /** What helps. */
  public sealed interface Remedy {
    /** There is nothing to do. */
    record None() implements Remedy {
      @Override
      public String toString() {
        return "nothing to do";
      }
    }

    /** A repair of what is derived from something whole; it loses nothing. */
    record ByRepair(String how) implements Remedy {
      @Override
      public String toString() {
        return "'rookery verify --repair': " + how;
      }
    }

    /** It was repaired just now. */
    record Repaired(String how) implements Remedy {
      @Override
      public String toString() {
        return "repaired: " + how;
      }
    }

    /** Somebody has to decide; the command, or the steps. */
    record ByHand(String how) implements Remedy {
      @Override
      public String toString() {
        return how;
      }
    }
  }

  public static Finding damage(Where where, String what, String byHand) {
    return new Finding(where, what, Grade.DAMAGE, new Remedy.ByHand(byHand));
  }

  public static Finding note(Where where, String what) {
    return new Finding(where, what, Grade.NOTE, new Remedy.None());
  }

  /** Whether damage is left. */
  public boolean isOpenDamage() {
    return grade == Grade.DAMAGE && !(remedy instanceof Remedy.Repaired);
  }

  @Override
  public String toString() {
    return grade + " " + where + ": " + what + "; " + remedy;
  }
}

package dev.rookery.audit;

import dev.rookery.Operations.Located;
import dev.rookery.Position;
import dev.rookery.audit.Problem.Kind;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The records of one writer, as they come in the log, held against the chain that they should be.
 *
 * <h2>Design</h2>
 *
 * A sound record, whose seal fits, is believed in what it says of its number. One that is not sound
 * is believed in nothing, but if it stands where the next number should be it is a suspect: when
 * the next sound record has that same number the suspect was put in, when it has a later one the
 * suspect was altered. So one wrong byte is one problem, and not one for each record behind it.
 */
final class WriterChain {
  /** What a record at a place of the log says of the chain. */
  record Link(String writer, long number, String previous, String seal, Located at) {
    static Link of(AuditRecord record, Located at) {
      return new Link(record.writer(), record.number(), record.previous(), record.seal(), at);
    }

    String place() {
      return at.partition() + "@" + at.position();
    }
  }

  private final String writer;
  private final Consumer<Problem> problems;
  private final TreeMap<Long, Long> missing = new TreeMap<>();
  private final boolean begins;
  private long next;
  private String seal = "";
  private Position position = Position.ZERO;

  /** Whether the seal of the last record is not known for sure. */
  private boolean doubtful;

  private long first;
  private @Nullable Link suspect;

  /**
   * A chain of which nothing was seen.
   *
   * @param known the last record before those that come, where it is known
   * @param begins whether its first record must be among those that come
   */
  WriterChain(
      String writer, Optional<Checkpoint.Head> known, boolean begins, Consumer<Problem> problems) {
    this.writer = writer;
    this.problems = problems;
    this.begins = begins && known.isEmpty();
    this.next = this.begins ? 1 : 0;
    known.ifPresent(head -> {
      next = head.number() + 1;
      seal = head.seal();
      position = head.position();
    });
  }

  void sound(Link link) {
    long number = link.number();
    settle(link);
    if (next == 0) {
      begin(link);
    }
    if (number == next) {
      if (!doubtful && !link.previous().equals(seal)) {
        say(Kind.ALTERED, link, "it does not follow the record before it");
      }
      follow(link, false);
    } else if (number > next) {
      missing.put(next, number - 1);
      follow(link, false);
    } else if (takeFromMissing(number)) {
      say(Kind.REORDERED, link, "it stands behind later records of its writer");
    } else if (number != next - 1 || !link.seal().equals(seal)) {
      say(Kind.INSERTED, link, "there is another record of this number");
    }
  }

  /** Its seal is not of what it says. */
  void unsound(Link link) {
    Link before = suspect;
    if (before != null && link.number() > before.number()) {
      altered(before);
    }
    long number = link.number();
    if (suspect == null && (next == 0 || number == next)) {
      suspect = link;
    } else if (takeFromMissing(number) || number > next) {
      say(
          Kind.ALTERED,
          link,
          "its seal does not fit; or it was put in by somebody without the key");
    } else {
      say(Kind.INSERTED, link, "its seal does not fit, and there is another record of this number");
    }
  }

  /** Decides what the suspect was, now that a sound record has come. */
  private void settle(Link sound) {
    Link open = suspect;
    if (open == null) {
      return;
    }
    if (sound.number() > open.number()) {
      altered(open);
    } else {
      say(Kind.INSERTED, open, "its seal does not fit, and there is another record of this number");
      suspect = null;
    }
  }

  private void altered(Link open) {
    say(Kind.ALTERED, open, "its seal does not fit; or it was put in by somebody without the key");
    suspect = null;
    if (next == 0) {
      begin(open);
    }
    follow(open, true);
  }

  private void begin(Link link) {
    next = link.number();
    first = next;
    doubtful = next > 1;
  }

  private void follow(Link link, boolean isDoubtful) {
    next = link.number() + 1;
    seal = link.seal();
    position = link.at().position();
    doubtful = isDoubtful;
  }

  private boolean takeFromMissing(long number) {
    var range = missing.floorEntry(number);
    if (range == null || range.getValue() < number) {
      return false;
    }
    missing.remove(range.getKey());
    if (range.getKey() < number) {
      missing.put(range.getKey(), number - 1);
    }
    if (number < range.getValue()) {
      missing.put(number + 1, range.getValue());
    }
    return true;
  }

  /** Nothing comes any more. */
  void end() {
    Link open = suspect;
    if (open != null) {
      altered(open);
    }
    missing.forEach((from, to) -> {
      String which = from.equals(to) ? "record " + from : "records " + from + " to " + to;
      problems.accept(
          new Problem(
              Kind.MISSING,
              AuditRecord.id(writer, from),
              "before " + AuditRecord.id(writer, to + 1),
              which + " of this writer: not there"));
    });
  }

  /** Whether its first records are not among those that came. */
  boolean isWithoutBeginning() {
    return first > 1;
  }

  /** The last record, where there is one. */
  Optional<Checkpoint.Head> head() {
    return next <= 1
        ? Optional.empty()
        : Optional.of(new Checkpoint.Head(writer, next - 1, seal, position));
  }

  private void say(Kind kind, Link link, String detail) {
    String id = AuditRecord.id(writer, link.number());
    problems.accept(new Problem(kind, id, link.place(), detail));
  }
}

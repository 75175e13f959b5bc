package dev.rookery.archive;

import dev.rookery.InvalidInput;
import dev.rookery.Partition;
import dev.rookery.Position;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a segment holds, as its name says it: {@code user.0.4000.8000.segment}.
 *
 * @param before the position after which it begins
 * @param last the position of its last entry
 * @param givenUp whether somebody decided that it is passed over, and said so by a name that ends
 *     in {@code .given-up}
 */
record SegmentName(Partition partition, Position before, Position last, boolean givenUp) {
  private static final String END = ".segment";
  private static final String GIVEN_UP = ".given-up";
  private static final Pattern FORM =
      Pattern.compile(
          "([a-z0-9][a-z0-9_-]{0,49})\\.(\\d{1,9})\\.([\\d-]{1,39})\\.([\\d-]{1,39})\\.segment(\\.given-up)?");

  static SegmentName of(SegmentHeader header) {
    return new SegmentName(header.partition(), header.before().position(), header.last(), false);
  }

  /** Empty where it is the name of something else. */
  static Optional<SegmentName> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    try {
      SegmentName name =
          new SegmentName(
              new Partition(form.group(1), Integer.parseInt(form.group(2))),
              Position.parse(form.group(3)),
              Position.parse(form.group(4)),
              form.group(5) != null);
      return Optional.of(name).filter(n -> n.last.isAfter(n.before));
    } catch (InvalidInput e) {
      return Optional.empty();
    }
  }

  /** Whether reading after a position goes on in it. */
  boolean follows(Position after) {
    return !before.isAfter(after) && last.isAfter(after);
  }

  @Override
  public String toString() {
    return partition.stream()
        + "."
        + partition.number()
        + "."
        + before
        + "."
        + last
        + END
        + (givenUp ? GIVEN_UP : "");
  }

  /** What it is to be called for its entries to be passed over. */
  String whenGivenUp() {
    return new SegmentName(partition, before, last, true).toString();
  }
}

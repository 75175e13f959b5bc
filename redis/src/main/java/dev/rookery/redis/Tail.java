package dev.rookery.redis;

import dev.rookery.Position;
import dev.rookery.spi.Place;
import java.util.List;
import java.util.Optional;

/**
 * What stands in a partition.
 *
 * @param added how many entries it ever took
 * @param trimmed up to where entries are gone
 * @param taken up to where others removed them
 * @param lost how many others removed
 */
record Tail(
    long added,
    long length,
    Optional<Position> first,
    Position last,
    Position trimmed,
    Position taken,
    long lost) {

  static Tail of(Reply reply) {
    List<Reply> answers = reply.list();
    Position first = Ids.position(answers.get(2).bytes());
    return new Tail(
        answers.get(0).number(),
        answers.get(1).number(),
        first.equals(Position.ZERO) ? Optional.empty() : Optional.of(first),
        Ids.position(answers.get(3).bytes()),
        Ids.position(answers.get(4).bytes()),
        Ids.position(answers.get(5).bytes()),
        answers.get(6).number());
  }

  long gone() {
    return added - length;
  }

  Place earliest() {
    return gone() == 0 ? Place.BEGINNING : new Place(trimmed, gone());
  }

  Place latest() {
    return added == 0 ? Place.BEGINNING : new Place(last, added);
  }
}

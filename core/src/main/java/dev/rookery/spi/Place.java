package dev.rookery.spi;

import dev.rookery.Position;

/**
 * A place between two events of a partition.
 *
 * @param position of the last event before it; {@link Position#ZERO} before every event
 * @param ordinal how many events the partition has ever taken up to it, so that places subtract
 *     where positions do not
 */
public record Place(Position position, long ordinal) {
  public static final Place BEGINNING = new Place(Position.ZERO, 0);
}

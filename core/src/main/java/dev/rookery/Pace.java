package dev.rookery;

/**
 * How fast a replay hands out. Each process that runs a part of it keeps the pace for itself.
 *
 * @param eventsPerSecond at most so many that the subscription wants; 0: as fast as they are
 *     handled
 * @param speed the events' own times, so many times as fast: 1 is as it was, 0 takes no notice of
 *     them
 */
public record Pace(double eventsPerSecond, double speed) {
  public static final Pace UNLIMITED = new Pace(0, 0);

  public Pace {
    if (!(eventsPerSecond >= 0 && eventsPerSecond <= 1e9 && speed >= 0 && speed <= 1e9)) {
      throw new InvalidInput(
          "the pace of "
              + eventsPerSecond
              + " events a second at "
              + speed
              + " times their own speed is none; both are numbers from 0 to a thousand million");
    }
  }

  public static Pace rate(double eventsPerSecond) {
    return new Pace(eventsPerSecond, 0);
  }

  /** The events' own times, so many times as fast. */
  public static Pace times(double speed) {
    return new Pace(0, speed);
  }

  public boolean isLimited() {
    return eventsPerSecond > 0 || speed > 0;
  }
}

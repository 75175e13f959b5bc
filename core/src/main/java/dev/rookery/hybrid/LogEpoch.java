package dev.rookery.hybrid;

import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import java.lang.System.Logger.Level;
import java.util.Optional;

/**
 * Which history of the log the tail is copied from; a setting of the log. It is raised when the
 * tail turns out to hold another one: the log went back to older data, or is another log.
 *
 * <p>Its low bits are dice, so that two logs that share a tail by mistake never have the same.
 */
final class LogEpoch {
  private static final System.Logger LOG = System.getLogger(LogEpoch.class.getName());
  private static final String SETTING = "tail.epoch";

  /** A number in a script of Redis has 53 bits. */
  private static final int DICE_BITS = 20;

  private final Backend truth;
  private final Environment environment;
  private volatile long now;

  LogEpoch(Backend truth, Environment environment) {
    this.truth = truth;
    this.environment = environment;
  }

  /** As it was seen last. */
  long now() {
    return now;
  }

  /** Looks again; the first one ever is made here. */
  void refresh() {
    Optional<String> stored = truth.setting(SETTING);
    if (stored.isEmpty()) {
      truth.changeSetting(SETTING, stored, Long.toString(above(0)));
      stored = truth.setting(SETTING);
    }
    now = Long.parseLong(stored.orElseThrow());
  }

  /** The tail has a higher one: others raised it, or the log went back since they did. */
  void reach(long other) {
    refresh();
    if (now < other) {
      raiseOver(other);
    }
  }

  /** Makes it higher than one whose entries are not the log's, where nobody did so yet. */
  void raiseOver(long other) {
    refresh();
    if (now > other) {
      return;
    }
    LOG.log(
        Level.WARNING,
        "the tail holds another history than the log (which was restored, or shares the tail with"
            + " another log); it begins anew");
    truth.changeSetting(SETTING, Optional.of(Long.toString(now)), Long.toString(above(other)));
    refresh();
  }

  private long above(long other) {
    long dice = environment.randomLong() >>> (Long.SIZE - DICE_BITS);
    return ((other >> DICE_BITS) + 1) << DICE_BITS | dice;
  }
}

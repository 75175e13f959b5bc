package dev.rookery;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A named log.
 *
 * @param partitions fixed when the stream is made
 * @param retainAge events younger than this are kept
 * @param retainBytes what the stream may take, all partitions together; events that a subscription
 *     has yet to read are never dropped for it, publishing is refused instead
 * @param waitForRoom how long publishing waits for those who have yet to read before it is refused;
 *     a minute at most
 * @param giveUpAfter how long nobody may read a subscription that keeps the stream from dropping
 *     what it need not keep, before that subscription is given up; empty: it never is
 * @param archiveAge events that the log took within this time are kept in its archive, where it has
 *     one; empty: for ever
 * @param archiveBytes what the archive may take of the stream, all partitions together; empty: all
 *     that there is. Neither drops what a subscription has yet to read
 */
public record StreamConfig(
    String name,
    int partitions,
    Optional<Duration> retainAge,
    Optional<Long> retainBytes,
    Duration waitForRoom,
    Optional<Duration> giveUpAfter,
    Optional<Duration> archiveAge,
    Optional<Long> archiveBytes) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,49}");
  private static final Duration HUNDRED_YEARS = Duration.ofDays(36_500);
  public static final Duration SEVEN_DAYS = Duration.ofDays(7);

  public StreamConfig {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidInput(
          "'" + InvalidInput.shown(name) + "' is no name for a stream; up to 50 of a-z0-9_-");
    }
    if (partitions < 1 || partitions > 256) {
      throw new InvalidInput(
          "stream " + name + " has " + partitions + " partitions; it takes 1 to 256");
    }
    if (retainAge.filter(age -> age.isNegative() || age.compareTo(HUNDRED_YEARS) > 0).isPresent()
        || retainBytes.filter(b -> b < 1).isPresent()) {
      throw new InvalidInput(
          "the retention of stream " + name + " is negative, or longer than 36500 days");
    }
    if (waitForRoom.isNegative() || waitForRoom.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new InvalidInput("stream " + name + " waits for room for a minute at most");
    }
    if (giveUpAfter.filter(time -> !time.isPositive()).isPresent()) {
      throw new InvalidInput("giveUpAfter of stream " + name + " is a time of at least a second");
    }
    if (archiveAge.filter(age -> age.isNegative() || age.compareTo(HUNDRED_YEARS) > 0).isPresent()
        || archiveBytes.filter(b -> b < 1).isPresent()) {
      throw new InvalidInput(
          "the archive's retention of stream " + name + " is negative, or longer than 36500 days");
    }
    if (archiveAge.flatMap(all -> retainAge.filter(log -> log.compareTo(all) > 0)).isPresent()) {
      throw new InvalidInput(
          "archiveAge of stream "
              + name
              + " is shorter than its retainAge, which is what the log alone keeps;"
              + " give retainAge less, or archiveAge more");
    }
  }

  /** A stream that refuses at once where it has no room. */
  public StreamConfig(
      String name, int partitions, Optional<Duration> retainAge, Optional<Long> retainBytes) {
    this(
        name,
        partitions,
        retainAge,
        retainBytes,
        Duration.ZERO,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  public StreamConfig waitForRoom(Duration longest) {
    return new StreamConfig(
        name, partitions, retainAge, retainBytes, longest, giveUpAfter, archiveAge, archiveBytes);
  }

  public StreamConfig giveUpAfter(Duration unread) {
    return new StreamConfig(
        name,
        partitions,
        retainAge,
        retainBytes,
        waitForRoom,
        Optional.of(unread),
        archiveAge,
        archiveBytes);
  }

  /** It, with another retention of its archive. */
  public StreamConfig archived(Optional<Duration> age, Optional<Long> bytes) {
    return new StreamConfig(
        name, partitions, retainAge, retainBytes, waitForRoom, giveUpAfter, age, bytes);
  }

  /** A stream that keeps seven days. */
  public static StreamConfig of(String name, int partitions) {
    return new StreamConfig(name, partitions, Optional.of(SEVEN_DAYS), Optional.empty());
  }
}

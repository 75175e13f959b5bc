package dev.rookery.cli.demo;

import dev.rookery.InvalidInput;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A file's chat by its times of day alone: all its logs laid over one day, as if they were channels
 * of the same day, which runs so many times as fast and begins again when it is over.
 *
 * <p>It begins at the first full hour from which what is shown is at least as busy as the day is on
 * average.
 */
final class DayTraffic implements Traffic {
  private static final long DAY = Duration.ofDays(1).toNanos();
  private static final int HOURS = 24;

  private final double speed;
  private final long start;
  private final List<Chat> day;
  private int next;
  private long cycle;

  private DayTraffic(double speed, long start, List<Chat> day) {
    this.speed = speed;
    this.start = start;
    this.day = day;
  }

  /** Reads the file twice, so that only what is needed is kept. */
  static DayTraffic read(Path path, double speed, Duration shown) throws IOException {
    long[] hours = new long[HOURS];
    try (ChatFile file = ChatFile.open(path)) {
      for (Optional<Chat> chat = file.next(); chat.isPresent(); chat = file.next()) {
        hours[(int) chat.get().timeOfDay().toHours()]++;
      }
    }
    long span = (long) Math.min((double) DAY, shown.toNanos() * speed);
    long start = start(hours, span) * (DAY / HOURS);
    List<Chat> kept = new ArrayList<>();
    try (ChatFile file = ChatFile.open(path)) {
      for (Optional<Chat> chat = file.next(); chat.isPresent(); chat = file.next()) {
        if (after(start, chat.get()) <= span) {
          Chat found = chat.get();
          kept.add(found.log().isEmpty() ? found : found.inChannel(found.log()));
        }
      }
    }
    if (kept.isEmpty()) {
      throw new InvalidInput("the input " + path + " is empty");
    }
    kept.sort(Comparator.comparingLong(chat -> after(start, chat)));
    return new DayTraffic(speed, start, kept);
  }

  /** The first hour from which the span has at least its share of the day's events. */
  static int start(long[] hours, long span) {
    long all = 0;
    for (long hour : hours) {
      all += hour;
    }
    int wanted = (int) Math.max(1, Math.ceilDiv(span, DAY / HOURS));
    for (int hour = 0; hour < HOURS; hour++) {
      long sum = 0;
      for (int i = 0; i < wanted; i++) {
        sum += hours[(hour + i) % HOURS];
      }
      if (sum * HOURS >= all * Math.min(HOURS, wanted)) {
        return hour;
      }
    }
    return 0;
  }

  private static long after(long start, Chat chat) {
    return Math.floorMod(chat.timeOfDay().toNanos() - start, DAY);
  }

  @Override
  public Due next() {
    if (next == day.size()) {
      next = 0;
      cycle++;
    }
    Chat chat = day.get(next++);
    return new Due((long) ((cycle * DAY + after(start, chat)) / speed), chat);
  }

  @Override
  public boolean isOfCorpus() {
    return day.stream().anyMatch(chat -> !chat.log().isEmpty());
  }

  @Override
  public void close() {}
}

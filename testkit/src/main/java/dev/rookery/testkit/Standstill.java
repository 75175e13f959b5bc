package dev.rookery.testkit;

import dev.rookery.spi.Backend;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Says why a bus does not become idle. */
final class Standstill {
  private static final int FRAMES = 5;

  private Standstill() {}

  /** Time is over, or nothing is waited for, and these subscriptions have something to settle. */
  static String describe(Instant now, Backend backend, List<TestSubscriber> unsettled) {
    return "the bus is not idle at "
        + now
        + lines(
            unsettled,
            subscriber -> {
              List<String> events = new Unsettled(backend, subscriber.subscription()).describe();
              return (events.isEmpty() ? List.of("its place is not saved") : events)
                  .stream()
                      .map(event ->
                          "subscription "
                              + name(subscriber)
                              + " ("
                              + subscriber.state()
                              + "): "
                              + event)
                      .toList();
            });
  }

  /** Real time is over, and these handlers are at work. */
  static String describeAtWork(Duration patience, List<TestSubscriber> subscribers) {
    return "the bus did not come to rest within "
        + patience
        + " of real time"
        + lines(
            subscribers,
            subscriber ->
                subscriber.running().stream()
                    .filter(running -> running.thread().isAlive())
                    .map(running ->
                        "subscription "
                            + name(subscriber)
                            + ": its handler is still at work on "
                            + Unsettled.name(running.delivery().event())
                            + ", attempt "
                            + running.delivery().attempt()
                            + frames(running.thread()))
                    .toList());
  }

  private static String lines(
      List<TestSubscriber> subscribers,
      java.util.function.Function<TestSubscriber, List<String>> describe) {
    return subscribers.stream()
        .flatMap(subscriber -> describe.apply(subscriber).stream())
        .map(line -> "\n  " + line)
        .collect(Collectors.joining());
  }

  private static String name(TestSubscriber subscriber) {
    return subscriber.subscription().name();
  }

  /** Where a handler stands, without what belongs to the platform. */
  private static String frames(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .filter(frame ->
            !frame.getClassName().startsWith("java.") && !frame.getClassName().startsWith("jdk."))
        .limit(FRAMES)
        .map(frame -> "\n      at " + frame)
        .collect(Collectors.joining());
  }
}

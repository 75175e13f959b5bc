package dev.rookery.testkit;

import dev.rookery.InvalidInput;
import dev.rookery.Start;
import dev.rookery.TypePattern;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Which part of the traffic to record.
 *
 * @param from where to begin
 * @param until events whose time is this or later are left out; empty: up to the last event stored
 * @param most how many events at most, the oldest first
 */
public record Window(List<TypePattern> patterns, Start from, Optional<Instant> until, int most) {
  public Window {
    patterns = List.copyOf(patterns);
    if (most < 1) {
      throw new InvalidInput("a window of " + most + " events holds none");
    }
  }

  /** All that is kept of the types that a pattern matches. */
  public static Window of(String... patterns) {
    return new Window(
        TypePattern.all(patterns), Start.earliest(), Optional.empty(), Integer.MAX_VALUE);
  }

  public Window from(Start start) {
    return new Window(patterns, start, until, most);
  }

  public Window until(Instant end) {
    return new Window(patterns, from, Optional.of(end), most);
  }

  public Window most(int events) {
    return new Window(patterns, from, until, events);
  }
}

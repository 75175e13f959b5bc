package dev.rookery.cli.demo;

import dev.rookery.InvalidInput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What to show.
 *
 * @param bus empty: a server on the embedded log in a temporary folder
 * @param config for the server
 * @param input chat from a file; empty: made up
 * @param speed how many times as fast as the chat's own clock; 0: evenly, {@code rate} a second
 * @param kill whether the bot that owns the shared subscription is killed in the middle
 * @param env of this process
 */
public record DemoPlan(
    Optional<String> bus,
    Optional<Path> config,
    Optional<Path> input,
    int bots,
    double speed,
    double rate,
    Duration duration,
    boolean kill,
    Map<String, String> env) {
  static final int MAX_BOTS = 50;

  public DemoPlan {
    if (bots < 1 || bots > MAX_BOTS) {
      throw new InvalidInput("the demo takes 1 to " + MAX_BOTS + " bots");
    }
    if (kill && bots < 2) {
      throw new InvalidInput("--kill needs two bots: one is killed, the other takes over");
    }
    if (!(speed >= 0) || speed > 1e6 || !(rate > 0) || duration.toMillis() < 1) {
      throw new InvalidInput("the speed, the rate and the seconds are above 0");
    }
    if (bus.filter(address -> address.startsWith("memory:")).isPresent()) {
      throw new InvalidInput(
          "a memory: bus lives in one process, and the demo has many; leave --bus out, or use file:");
    }
    env = Map.copyOf(env);
  }

  Fleet fleet() {
    return new Fleet(bots);
  }

  Traffic traffic() throws java.io.IOException {
    if (input.isEmpty()) {
      return new GeneratedTraffic(speed, rate);
    }
    return speed > 0
        ? DayTraffic.read(input.get(), speed, duration)
        : new EvenTraffic(input.get(), rate);
  }
}

package dev.rookery.redis;

import java.time.Duration;
import java.time.Instant;

/** The clock of a server as its scripts see it, ahead by what a test lets pass. */
final class MovedClock {
  static final String AHEAD = "test:ahead";
  private static final String SOURCE =
      """
      local function now()
        local time = redis.call('TIME')
        return time[1] * 1000 + math.floor(time[2] / 1000) + (redis.call('GET', 'test:ahead') or 0)
      end
      local function stamp()
        return string.format('%.0f-*', now())
      end
      """;

  private final TestServer server;

  MovedClock(TestServer server) {
    this.server = server;
  }

  static Scripts scripts() {
    return new Scripts(SOURCE);
  }

  void advance(Duration time) {
    server.ask("INCRBY", AHEAD, time.toMillis());
  }

  Instant now() {
    var time = server.ask("TIME").list();
    Reply ahead = server.ask("GET", AHEAD);
    long millis = time.get(0).number() * 1_000 + time.get(1).number() / 1_000;
    return Instant.ofEpochMilli(millis + (ahead.isNothing() ? 0 : ahead.number()));
  }
}

package dev.rookery.redis;

import static dev.rookery.redis.Opened.BOT;
import static dev.rookery.redis.Opened.NAME;
import static dev.rookery.redis.Opened.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Position;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Place;
import dev.rookery.testkit.Samples;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The control of the other tests: with a bug in the scripts, what they rely on does not hold. */
class SeededBugsTest {
  private static final TestServer SERVER = TestServer.shared();

  /** Puts a bug between the scripts and Redis: one command answers as if it found nothing. */
  static Scripts seeded(String command, String argument, String answer) {
    String seeded =
        """
        local real = redis
        local redis = {pcall = real.pcall}
        redis.call = function(command, ...)
          if command == '%s' and string.find(table.concat({...}, ' '), '%s', 1, true) then
            return %s
          end
          return real.call(command, ...)
        end
        """
            .formatted(command, argument, answer);
    return new Scripts(seeded + Scripts.SERVER_CLOCK);
  }

  private static Opened with(String command, String argument, String answer) {
    SERVER.empty();
    return new Opened(
        RedisBackend.open(
            RedisAddress.of(Address.parse(SERVER.address())),
            BusConfig.standard(),
            Environment.system(),
            seeded(command, argument, answer)));
  }

  private static List<Position> append(Opened opened, String prefix) {
    return opened.log().append(BOT, Samples.appends(prefix, 10)).stream()
        .map(Appended::position)
        .toList();
  }

  @Test
  void aTrimThatDoesNotAskGroupsTakesWhatTheyHavePending() {
    try (Opened opened = with("XINFO", "GROUPS", "{}")) {
      append(opened, "a");
      SERVER.ask("XGROUP", "CREATE", STREAM, "theirs", "0");

      assertThat(opened.log().trim(BOT, Optional.empty(), Optional.of(1L))).isPositive();
    }
  }

  @Test
  void aTrimThatDoesNotAskFloorsTakesWhatASubscriptionHasYetToRead() {
    try (Opened opened = with("HVALS", "floors", "{}")) {
      opened.define();
      append(opened, "a");

      assertThat(opened.log().trim(BOT, Optional.empty(), Optional.of(1L))).isPositive();
    }
  }

  @Test
  void anAppendThatForgetsIdsStoresTwice() {
    try (Opened opened = with("HMGET", ":ids:", "{}")) {
      append(opened, "a");
      append(opened, "a");

      assertThat(opened.log().latest(BOT).ordinal()).isEqualTo(20);
    }
  }

  @Test
  void aSaveThatDoesNotCompareTheClaimIsTakenFromAnybody() {
    try (Opened opened = with("HMGET", ":cursor:" + NAME, "{'me', '1', '0', '0'}")) {
      opened.define();
      var former = opened.claim();
      SERVER.ask("HSET", Keys.of(BOT).cursor(NAME), "owner", "other", "epoch", 2);

      var subscriptions = opened.backend().subscriptions();
      subscriptions.save(former, Cursor.at(new Place(Position.of(7), 7)));
      assertThat(subscriptions.cursors(NAME).get(BOT).floor().ordinal()).isEqualTo(7);
    }
  }
}

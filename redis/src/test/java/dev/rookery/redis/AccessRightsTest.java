package dev.rookery.redis;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Position;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Tail;
import dev.rookery.testkit.BackendContract;
import dev.rookery.testkit.Samples;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisAccessControlException;

/** The whole contract with no more rights than {@code rookery acl redis} grants. */
class AccessRightsTest extends BackendContract {
  private static final TestServer SERVER = granted();
  private final MovedClock clock = new MovedClock(SERVER);

  AccessRightsTest() {
    SERVER.empty();
  }

  private static TestServer granted() {
    TestServer server = TestServer.shared();
    printed()
        .lines()
        .filter(line -> line.startsWith("ACL ") && !line.contains("default off"))
        .map(line -> line.substring(4).replace("{user}", "bot").replace("{password}", "secret"))
        .forEach(line -> server.ask("ACL", (Object[]) line.split(" ")));
    server.ask("ACL", "SETUSER", "bot", "~" + MovedClock.AHEAD, "+get");
    return server;
  }

  private static String printed() {
    String name = "/META-INF/rookery/acl/redis.txt";
    try (InputStream in = AccessRightsTest.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  protected Backend open(BusConfig config, Environment environment) {
    Address address = Address.parse("redis://bot:secret@127.0.0.1:" + SERVER.port());
    return RedisBackend.open(RedisAddress.of(address), config, environment, MovedClock.scripts());
  }

  @Override
  public void letPass(Duration time) {
    clock.advance(time);
  }

  @Override
  public Instant storeTime() {
    return clock.now();
  }

  @Test
  void nothingElseIsGranted() {
    try (Connection bot = new Connection("127.0.0.1", SERVER.port())) {
      bot.sendCommand(Command.AUTH, "bot", "secret");
      assertThat(bot.getStatusCodeReply()).isEqualTo("OK");
      refuses(bot, Command.FLUSHALL);
      refuses(bot, Command.KEYS, "*");
      refuses(bot, Command.HGET, "others", "field");
      refuses(bot, Command.CONFIG, "SET", "appendonly", "no");
      refuses(bot, Command.ACL, "LIST");
    }
  }

  @Test
  void aTailNeedsItsOwnKeysAlone() {
    String address = "redis://bot-tail:secret@127.0.0.1:" + SERVER.port();
    try (Tail tail =
        new RedisTailProvider()
            .open(Address.parse(address), BusConfig.standard(), Environment.system())) {
      Queue<Position> heard = new ConcurrentLinkedQueue<>();
      tail.listen((partition, end) -> heard.add(end));
      Entry entry = new Entry.Stored(Position.of(1), Samples.event("e"));
      tail.push(Opened.BOT, 7, Position.ZERO, List.of(entry));

      assertThat(tail.read(Opened.BOT, 7, Position.ZERO, 9, 9_999)).containsExactly(entry);
      soon().until(() -> heard.contains(Position.of(1)));
      tail.forget(Opened.BOT, Position.of(1));
      assertThat(tail.last(Opened.BOT)).isEmpty();
    }
    try (Connection bot = new Connection("127.0.0.1", SERVER.port())) {
      bot.sendCommand(Command.AUTH, "bot-tail", "secret");
      assertThat(bot.getStatusCodeReply()).isEqualTo("OK");
      refuses(bot, Command.XADD, Opened.STREAM, "*", "n", "1");
    }
  }

  private static void refuses(Connection bot, Command command, String... arguments) {
    bot.sendCommand(command, arguments);
    assertThatThrownBy(bot::getOne).isInstanceOf(JedisAccessControlException.class);
  }
}

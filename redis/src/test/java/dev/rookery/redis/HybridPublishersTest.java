package dev.rookery.redis;

import static dev.rookery.redis.Opened.BOT;
import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Position;
import dev.rookery.hybrid.HybridBackend;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Tail;
import dev.rookery.testkit.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Three publishers of one hybrid, of which one after the other is paused or killed between two
 * steps of a push; {@code -Drookery.rounds=20} for a long run.
 */
@Tag("P3")
@Timeout(300)
class HybridPublishersTest {
  private static final int ROUNDS = Integer.getInteger("rookery.rounds", 1);
  private static final String KEY = "rookery:tail:bot:0";
  private static final List<String> STEPS =
      List.of("before push", "after push", "before last", "after last");
  private static final BusConfig CONFIG = BusConfig.standard();
  private static final Environment ENVIRONMENT = Environment.system();
  private static final TestServer SERVER = TestServer.shared();

  private final Address store = Address.parse("memory:" + UUID.randomUUID());
  private final Backend truth = new MemoryProvider().open(store, CONFIG, ENVIRONMENT);
  private final AtomicInteger published = new AtomicInteger();
  private final List<Publisher> publishers = new ArrayList<>();
  private final Queue<String> flaws = new ConcurrentLinkedQueue<>();
  private final Random random = new Random(42);
  private volatile boolean over;
  private volatile boolean complete;
  private Scripts scripts = new Scripts(Scripts.SERVER_CLOCK);

  HybridPublishersTest() {
    SERVER.empty();
  }

  /** One that appends batches of some events as fast as it can. */
  private final class Publisher {
    final StoppableTail tail = new StoppableTail(tail());
    final HybridBackend backend = open(tail.passing());
    final Thread thread = Thread.ofVirtual().start(this::publish);
    volatile boolean dead;

    void publish() {
      for (int n = 0; !over && !dead; n++) {
        String prefix = System.identityHashCode(this) + "/" + n + "/";
        int count = 1 + n % 7;
        backend.log().append(BOT, Samples.appends(prefix, count));
        published.addAndGet(count);
        LockSupport.parkNanos(3_000_000);
      }
    }

    void kill() {
      dead = true;
      tail.kill();
    }
  }

  private Tail tail() {
    return new RedisTail(
        RedisAddress.of(Address.parse(SERVER.address())), CONFIG, 100_000, scripts);
  }

  private HybridBackend open(Tail tail) {
    Backend mine = new MemoryProvider().open(store, CONFIG, ENVIRONMENT);
    return HybridBackend.of(mine, tail, CONFIG, ENVIRONMENT);
  }

  @AfterEach
  void close() throws InterruptedException {
    over = true;
    for (Publisher each : publishers) {
      each.tail.goOn();
      each.thread.join();
      each.backend.close();
    }
    truth.close();
  }

  @Test
  void theTailGrowsByNeighboursWhoeverStopsWhere() throws InterruptedException {
    Thread watching = Thread.ofVirtual().start(this::watch);
    List<Entry> followed = new ArrayList<>();
    Thread following = Thread.ofVirtual().start(() -> follow(followed));

    stopAndKill(STEPS);

    over = true;
    for (Publisher each : publishers) {
      each.thread.join();
    }
    complete = true;
    following.join();
    watching.join();
    within(Duration.ofMinutes(1)).until(() -> end().equals(truth.log().latest(BOT).position()));
    List<Entry> all = all(truth.log());
    assertThat(flaws).isEmpty();
    assertThat(all).hasSize(published.get());
    assertThat(followed).isEqualTo(all);
    List<Reply> kept = SERVER.ask("XRANGE", KEY, "-", "+").list();
    TailFields fields = new TailFields();
    assertThat(all)
        .endsWith(kept.stream().map(entry -> fields.decode(entry).entry()).toArray(Entry[]::new));
    System.out.printf(
        "F21: %d pauses and kills, %d published, lost 0, the tail holds the last %d%n",
        ROUNDS * STEPS.size() * 2, published.get(), kept.size());
  }

  /** The control: a push that does not look where the tail ends. */
  @Test
  void aPushThatIgnoresWhereTheTailEndsLeavesHoles() throws InterruptedException {
    scripts =
        new Scripts(
            """
            local real = redis
            local redis = {pcall = real.pcall}
            redis.call = function(command, ...)
              if command == 'XREVRANGE' then
                return {{ARGV[2], {'epoch', ARGV[1]}}}
              end
              return real.call(command, ...)
            end
            """
                + Scripts.SERVER_CLOCK);
    Thread watching = Thread.ofVirtual().start(this::watch);

    while (flaws.isEmpty()) {
      stopAndKill(List.of("before push"));
    }

    over = true;
    watching.join();
  }

  @Test
  void aPublisherThatSleptThroughAChangeOfHistoryIsRefused() throws InterruptedException {
    Publisher sleeper = begin();
    Publisher other = begin();
    awaitMore(50);
    sleeper.tail.stopAt("before push");
    sleeper.tail.awaitStop();
    Optional<String> epoch = truth.setting("tail.epoch");
    String higher = Long.toString(Long.parseLong(epoch.orElseThrow()) + (1L << 20));
    truth.changeSetting("tail.epoch", epoch, higher);
    within(Duration.ofMinutes(1)).ignoreExceptions().until(() -> epochAtTheEnd().equals(higher));

    sleeper.tail.goOn();
    awaitMore(200);
    sleeper.tail.stopAt("after push");
    sleeper.tail.awaitStop();
    sleeper.tail.goOn();

    watchOnce();
    assertThat(flaws).isEmpty();
    assertThat(SERVER.ask("XRANGE", KEY, "-", "+").list())
        .allMatch(entry -> TailFields.epoch(entry) == Long.parseLong(higher));
    other.kill();
  }

  private Publisher begin() {
    Publisher process = new Publisher();
    publishers.add(process);
    return process;
  }

  /** Lets three publish, and at each step one of them be paused and another be killed. */
  private void stopAndKill(List<String> steps) throws InterruptedException {
    List<Publisher> live = new ArrayList<>(List.of(begin(), begin(), begin()));
    for (int round = 0; round < ROUNDS; round++) {
      for (String step : steps) {
        Publisher paused = live.get(random.nextInt(live.size()));
        paused.tail.stopAt(step);
        paused.tail.awaitStop();
        awaitMore(100);
        paused.tail.goOn();

        Publisher killed = live.remove(random.nextInt(live.size()));
        killed.tail.stopAt(step);
        killed.tail.awaitStop();
        awaitMore(100);
        killed.kill();
        live.add(begin());
      }
    }
  }

  private void awaitMore(int events) {
    int before = published.get();
    within(Duration.ofMinutes(1)).until(() -> published.get() > before + events);
  }

  private void follow(List<Entry> followed) {
    try (HybridBackend reader = open(tail())) {
      Position after = Position.ZERO;
      while (true) {
        boolean last = complete;
        List<Entry> next =
            last
                ? reader.log().read(BOT, after, 500, 1 << 20)
                : reader.log().follow(BOT, after, 500, 1 << 20);
        followed.addAll(next);
        if (last && next.isEmpty()) {
          return;
        }
        after = next.isEmpty() ? after : next.getLast().position();
        LockSupport.parkNanos(2_000_000);
      }
    }
  }

  private static List<Entry> all(EventLog log) {
    return log.read(BOT, Position.ZERO, 1_000_000, 1L << 40);
  }

  private Position end() {
    List<Reply> last = SERVER.ask("XREVRANGE", KEY, "+", "-", "COUNT", 1).list();
    return last.isEmpty() ? Position.ZERO : id(last.getFirst());
  }

  private String epochAtTheEnd() {
    return Long.toString(
        TailFields.epoch(SERVER.ask("XREVRANGE", KEY, "+", "-", "COUNT", 1).list().getFirst()));
  }

  private static Position id(Reply entry) {
    return Ids.position(entry.list().getFirst().bytes());
  }

  /** Looks again and again whether the last entries are neighbours. */
  private void watch() {
    while (!over) {
      watchOnce();
      LockSupport.parkNanos(10_000_000);
    }
  }

  private void watchOnce() {
    Position later = Position.ZERO;
    for (Reply entry : SERVER.ask("XREVRANGE", KEY, "+", "-", "COUNT", 500).list()) {
      Position position = id(entry);
      if (!later.equals(Position.ZERO) && position.high() + 1 != later.high()) {
        flaws.add(later + " stands after " + position);
      }
      later = position;
    }
  }
}

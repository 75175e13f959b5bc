package dev.rookery.redis;

import static dev.rookery.redis.Opened.BOT;
import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Operations.Metric;
import dev.rookery.Position;
import dev.rookery.Start;
import dev.rookery.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What can happen to the Redis of a hybrid, during a thousand events a second. */
@Tag("P3")
@Tag("P4")
@Timeout(300)
class HybridFaultsTest {
  private static final int KEYS = 5;
  private static final long PACE_NANOS = 5_000_000;
  private static final int MEANWHILE = 1_000;

  /** On a machine that cannot keep up the publishers wait, or nobody would read the end. */
  private static final int MOST_BEHIND = 500;

  private static final String KEY = "rookery:tail:bot:0";

  /** A fault; what it answers lifts it. */
  enum Fault {
    FLUSHED {
      @Override
      Runnable happen(TestServer server) {
        server.empty();
        return () -> {};
      }
    },
    RESTARTED_EMPTY {
      @Override
      Runnable happen(TestServer server) {
        server.restartEmpty();
        return () -> {};
      }
    },
    KILLED {
      @Override
      Runnable happen(TestServer server) {
        server.kill();
        return server::restartEmpty;
      }
    },
    PAUSED {
      @Override
      Runnable happen(TestServer server) {
        return server.pause();
      }
    },
    OUT_OF_MEMORY {
      @Override
      Runnable happen(TestServer server) {
        server.ask("CONFIG", "SET", "maxmemory", "1");
        return () -> server.ask("CONFIG", "SET", "maxmemory", "0");
      }
    },
    HALF_TRIMMED {
      @Override
      Runnable happen(TestServer server) {
        server.ask("XTRIM", KEY, "MAXLEN", server.ask("XLEN", KEY).number() / 2);
        return () -> {};
      }
    },
    HOLED {
      @Override
      Runnable happen(TestServer server) {
        for (int i = 0; i < 200; i++) {
          List<Reply> last = server.ask("XREVRANGE", KEY, "+", "-", "COUNT", 3).list();
          last.forEach(entry -> server.ask("XDEL", KEY, entry.list().getFirst().text()));
        }
        return () -> {};
      }
    },
    ANOTHER_STREAM_IN_ITS_PLACE {
      @Override
      Runnable happen(TestServer server) {
        server.ask("DEL", KEY);
        server.ask("XADD", KEY, "999999999-0", "n", "1");
        return () -> {};
      }
    };

    abstract Runnable happen(TestServer server);
  }

  private final Queue<String> handled = new ConcurrentLinkedQueue<>();
  private final AtomicIntegerArray published = new AtomicIntegerArray(KEYS);
  private volatile boolean over;

  /** The address of the log, up to the option that names its tail. */
  String truth() {
    return "memory:" + UUID.randomUUID() + "?";
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLostOrOutOfOrderAndTheTailIsRebuilt(Fault fault) throws Exception {
    try (TestServer server = TestServer.start("save \"\"")) {
      String address = truth() + "tail=" + server.address();
      try (EventBus publishing = EventBus.open(address);
          EventBus reading = EventBus.open(address)) {
        reading.subscribe(
            Subscription.of("all", "bot.**").from(Start.earliest()),
            event -> handled.add(event.id()));
        List<Thread> publishers = publishers(publishing);
        awaitMore(MEANWHILE);

        Runnable lift = fault.happen(server);
        awaitMore(MEANWHILE);
        lift.run();

        long lifted = System.nanoTime();
        Position known = end(publishing);
        within(Duration.ofMinutes(1))
            .alias("the tail goes on")
            .ignoreExceptions()
            .until(() -> tailEnd(server).isAfter(known) && metric(reading, "in_use") == 1);
        double before = metric(reading, "read_total");
        within(Duration.ofMinutes(1))
            .alias("the tail is read")
            .until(() -> metric(reading, "read_total") > before + 100);
        long millis = (System.nanoTime() - lifted) / 1_000_000;
        over = true;
        for (Thread each : publishers) {
          each.join();
        }
        awaitAllInOrder();
        System.out.printf(
            "F20 %s %s: %d published, lost 0, the tail used again after %d ms; %s%n",
            getClass().getSimpleName(), fault, all(), millis, reading.operations().states());
      }
    }
  }

  private void awaitAllInOrder() {
    within(Duration.ofMinutes(1)).until(() -> new LinkedHashSet<>(handled).size() >= all());
    List<String> first = List.copyOf(new LinkedHashSet<>(handled));
    assertThat(first).hasSize(all());
    for (int key = 0; key < KEYS; key++) {
      String prefix = key + "/";
      assertThat(first.stream().filter(id -> id.startsWith(prefix)))
          .containsExactlyElementsOf(
              IntStream.range(0, published.get(key)).mapToObj(n -> prefix + n).toList());
    }
    assertThat(handled).hasSize(all());
  }

  private int all() {
    return IntStream.range(0, KEYS).map(published::get).sum();
  }

  private List<Thread> publishers(EventBus bus) {
    List<Thread> threads = new ArrayList<>();
    for (int key = 0; key < KEYS; key++) {
      int mine = key;
      threads.add(Thread.ofVirtual().start(() -> publish(bus, mine)));
    }
    return threads;
  }

  private void publish(EventBus bus, int key) {
    long next = System.nanoTime();
    while (!over) {
      String id = key + "/" + published.get(key);
      bus.publish(Draft.of("bot.said", "{}").id(id).key("key-" + key));
      published.incrementAndGet(key);
      next += PACE_NANOS;
      do {
        LockSupport.parkNanos(Math.max(1, next - System.nanoTime()));
      } while (!over && all() - handled.size() > MOST_BEHIND);
    }
  }

  private void awaitMore(int events) {
    int before = handled.size();
    within(Duration.ofMinutes(1)).until(() -> handled.size() > before + events);
  }

  private static Position end(EventBus bus) {
    return Objects.requireNonNull(bus.operations().latest().positions().get(BOT));
  }

  private static Position tailEnd(TestServer server) {
    List<Reply> last = server.ask("XREVRANGE", KEY, "+", "-", "COUNT", 1).list();
    return last.isEmpty() || TailFields.epoch(last.getFirst()) < 0
        ? Position.ZERO
        : Ids.position(last.getFirst().list().getFirst().bytes());
  }

  private static double metric(EventBus bus, String name) {
    return bus.operations().metrics().stream()
        .filter(metric -> metric.name().equals("rookery_tail_" + name))
        .mapToDouble(Metric::value)
        .sum();
  }
}

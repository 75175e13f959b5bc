package dev.rookery.redis;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Published;
import dev.rookery.check.HistoryFile;
import dev.rookery.check.HistoryLine.Publishing;
import dev.rookery.engine.EngineBus;
import dev.rookery.hybrid.HybridBackend;
import dev.rookery.postgres.PostgresProvider;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.TwistedBackend;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A process that publishes to a hybrid, and stands still at a step that it is told. */
final class HybridPublisher {
  private static final BusConfig CONFIG = BusConfig.standard();
  private static final Environment ENVIRONMENT = Environment.system();

  private final String name;
  private final StoppableTail tail;
  private final HistoryFile history;
  private long seq;
  private volatile boolean over;

  private HybridPublisher(String name, StoppableTail tail, HistoryFile history) {
    this.name = name;
    this.tail = tail;
    this.history = history;
  }

  static long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  /**
   * Publishes in batches until its input ends; a line of it is a step to stand still at, or nothing
   * to go on. Says {@code ready} and {@code stopped}.
   *
   * @param arguments its name, the addresses of log and tail, the history's file, and what stands
   *     before each script of the tail
   */
  public static void main(String[] arguments) throws Exception {
    RedisAddress redis = RedisAddress.of(Address.parse(arguments[2]));
    Scripts scripts = new Scripts(arguments[4] + Scripts.SERVER_CLOCK);
    StoppableTail tail = new StoppableTail(new RedisTail(redis, CONFIG, 100_000, scripts));
    try (HistoryFile file = new HistoryFile(Path.of(arguments[3]), HybridPublisher::nowMicros)) {
      HybridPublisher publisher = new HybridPublisher(arguments[0], tail, file);
      try (EventBus bus = publisher.open(Address.parse(arguments[1]))) {
        Thread publishing = Thread.ofPlatform().start(() -> publisher.publish(bus));
        System.out.println("ready");
        publisher.obey();
        publishing.join();
      }
    }
  }

  private EventBus open(Address address) {
    Backend truth = new PostgresProvider().open(address, CONFIG, ENVIRONMENT);
    Backend stopping = new TwistedBackend(truth, this::append);
    Backend hybrid = HybridBackend.of(stopping, tail.passing(), CONFIG, ENVIRONMENT);
    return new EngineBus(hybrid, CONFIG, ENVIRONMENT);
  }

  private Object append(TwistedBackend.Call call) throws Throwable {
    if (!call.of("append")) {
      return call.pass();
    }
    tail.reach("before append");
    Object answers = call.pass();
    tail.reach("after append");
    return answers;
  }

  private void obey() throws IOException, InterruptedException {
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String step = orders.readLine(); step != null; step = orders.readLine()) {
      if (step.isEmpty()) {
        tail.goOn();
      } else {
        tail.stopAt(step);
        tail.awaitStop();
        System.out.println("stopped");
      }
    }
    over = true;
    tail.goOn();
  }

  private void publish(EventBus bus) {
    try {
      for (int n = 0; !over; n++) {
        publish(bus, 1 + n % 7);
        LockSupport.parkNanos(3_000_000);
      }
    } catch (IOException | RuntimeException e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }

  private void publish(EventBus bus, int count) throws IOException {
    List<Draft> drafts = new ArrayList<>();
    List<Publishing> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long mine = ++seq;
      String id = name + "/" + mine;
      drafts.add(Draft.of("bot.said", "{}").id(id).key(name));
      history.append(now -> {
        lines.add(new Publishing(name, id, "bot.said", name, mine, now));
        return lines.getLast();
      });
    }
    List<Published> ends = bus.publishAll(drafts);
    for (int i = 0; i < count; i++) {
      Publishing line = lines.get(i);
      Published end = ends.get(i);
      history.append(now -> line.stored(end.receipt(), now));
    }
  }
}

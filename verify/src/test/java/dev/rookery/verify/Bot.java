package dev.rookery.verify;

import dev.rookery.BusConfig;
import dev.rookery.Delivery;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.RetryPolicy;
import dev.rookery.Start;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.check.HistoryFormat;
import dev.rookery.check.HistoryLine.Result;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A bot in a process of its own. The one effect of its handler is a line of history, which is
 * written before the handler returns. It ends when standard input does, or as its mode says.
 */
final class Bot {
  /** How it goes about its handlings. */
  enum Mode {
    STEADY,
    /** Each handling takes five milliseconds. */
    SLOW,
    /** A seeded bug: a handler returns at once and has its effect a while later. */
    EAGER,
    /** The seeded bug, and the process halts when all is settled and nothing had its effect. */
    EAGER_HALT,
    /** One handling stops in the middle, before its effect, and says so. */
    PAUSE,
    /** The process halts in a handling, before its effect. */
    HALT_BEFORE_EFFECT,
    /** The process halts in a handling, after its effect. */
    HALT_AFTER_EFFECT,
    /** The process halts when a handler has returned, about when the settlement goes out. */
    HALT_AFTER_RETURN,
    /** The process halts whenever it is handed an event of the type {@code user.poison}. */
    HALT_ON_POISON
  }

  /** Its subscription: what users say, in one partition, from the beginning, three attempts. */
  static Subscription subscription(String name) {
    return Subscription.of(name, "user.said", "user.poison")
        .from(Start.earliest())
        .retry(new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5)));
  }

  private static final BusConfig CONFIG = BusConfig.standard().claimTtl(Duration.ofSeconds(2));
  private static final Duration LATE = Duration.ofSeconds(2);

  private final EventBus bus;
  private final String subscription;
  private final String name;
  private final Mode mode;
  private final int turn;
  private final OutputStream history;
  private final AtomicInteger handlings = new AtomicInteger();

  private Bot(
      EventBus bus, String subscription, String name, Mode mode, int turn, OutputStream history) {
    this.bus = bus;
    this.subscription = subscription;
    this.name = name;
    this.mode = mode;
    this.turn = turn;
    this.history = history;
  }

  /**
   * Runs a bot.
   *
   * @param arguments the bus, the subscription, the history's file, the mode, and the number of the
   *     handling at which the mode acts
   */
  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[2]);
    try (OutputStream history =
            Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        EventBus bus = EventBus.open(arguments[0], CONFIG)) {
      String name = file.getFileName().toString();
      Mode mode = Mode.valueOf(arguments[3]);
      int turn = Integer.parseInt(arguments[4]);
      Bot bot = new Bot(bus, arguments[1], name, mode, turn, history);
      Subscriber subscriber =
          bus.subscribe(subscription(arguments[1]), EventHandler.ofDeliveries(bot::handle));
      say("ready");
      System.in.transferTo(OutputStream.nullOutputStream());
      subscriber.close();
    }
  }

  private static void say(String word) {
    System.out.println(word);
    System.out.flush();
  }

  private void handle(Delivery delivery, EventHandler.Progress progress) throws IOException {
    boolean acts =
        mode == Mode.HALT_ON_POISON
            ? delivery.event().type().equals("user.poison")
            : handlings.incrementAndGet() == turn;
    if (acts && (mode == Mode.HALT_BEFORE_EFFECT || mode == Mode.HALT_ON_POISON)) {
      writeDown(delivery, Result.FAILED);
      Runtime.getRuntime().halt(1);
    }
    if (acts && mode == Mode.PAUSE) {
      say("paused");
      // The process is stopped from outside about now.
      LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
    }
    if (mode == Mode.SLOW) {
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
    if (mode == Mode.EAGER || mode == Mode.EAGER_HALT) {
      Thread.ofVirtual().start(() -> writeDownLater(delivery));
    } else {
      writeDown(delivery, Result.OK);
    }
    if (acts && mode == Mode.HALT_AFTER_EFFECT) {
      Runtime.getRuntime().halt(1);
    }
    if (acts && mode == Mode.HALT_AFTER_RETURN) {
      Thread.ofPlatform().start(() -> Runtime.getRuntime().halt(1));
    }
    if (acts && mode == Mode.EAGER_HALT) {
      Thread.ofPlatform().start(this::haltLater);
    }
  }

  private void writeDownLater(Delivery delivery) {
    Duration late = mode == Mode.EAGER_HALT ? LATE.multipliedBy(60) : LATE;
    LockSupport.parkNanos(late.toNanos());
    try {
      writeDown(delivery, Result.OK);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** When everything was handled and there was time to save it, but nothing had its effect. */
  private void haltLater() {
    while (bus.operations().subscription(subscription).lagEvents() > 0) {
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
    LockSupport.parkNanos(LATE.toNanos());
    Runtime.getRuntime().halt(1);
  }

  private synchronized void writeDown(Delivery delivery, Result result) throws IOException {
    history.write(HistoryFormat.write(History.line(name, delivery, result)));
  }
}

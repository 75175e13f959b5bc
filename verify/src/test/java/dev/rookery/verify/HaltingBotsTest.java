package dev.rookery.verify;

import static dev.rookery.testkit.Soon.soon;
import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.DeadLetter;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Subscriber;
import dev.rookery.check.Findings;
import dev.rookery.engine.EngineBus;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.Recorder;
import dev.rookery.testkit.TwistedBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bots that halt before their effect, after it, and when they have returned: {@code
 * -Drookery.halts=150} for a long run of each test.
 */
@Tag("P4")
@Timeout(1_800)
class HaltingBotsTest {
  private static final int HALTS = Integer.getInteger("rookery.halts", 3);
  private static final int PER_HALT = 40;
  private static final int KEYS = 4;
  private static final List<Bot.Mode> MODES =
      List.of(Bot.Mode.HALT_BEFORE_EFFECT, Bot.Mode.HALT_AFTER_EFFECT, Bot.Mode.HALT_AFTER_RETURN);

  @TempDir private Path folder;

  @Test
  void anEventIsHandedOutOnceMoreForEachHaltOfABotBeforeAServer() throws Exception {
    History history = new History(folder);
    ServerProcess server = ServerProcess.start(folder.resolve("data"));
    try (EventBus bus = EventBus.open(server.address())) {
      publish(history, bus);
      halt(history, server.address());
      BotProcess last = start(history, server.address(), Bot.Mode.STEADY, 0);
      within(Duration.ofMinutes(2))
          .until(() -> bus.operations().subscription("s").lagEvents() == 0);
      last.end();
      judge("F15 server", history, bus);
    } finally {
      server.kill();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.rookery.verify.Store#durable")
  void anEventIsHandedOutOnceMoreForEachHaltOfABotOnTheStoreItself(Store store) throws Exception {
    History history = new History(folder);
    String address = store.address(folder);
    try (EventBus bus = EventBus.open(address)) {
      publish(history, bus);
    }
    halt(history, address);
    BotProcess last = start(history, address, Bot.Mode.STEADY, 0);
    within(Duration.ofMinutes(2)).until(() -> history.reached("s") == history.published());
    last.end();
    try (EventBus bus = EventBus.open(address)) {
      assertThat(bus.operations().subscription("s").lagEvents()).isZero();
      judge("F15 " + store, history, bus);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.rookery.verify.Store#durable")
  void aBotThatReturnsBeforeItsEffectIsCaught(Store store) throws Exception {
    History history = new History(folder);
    String address = store.address(folder);
    try (EventBus bus = EventBus.open(address)) {
      publish(history, bus);
    }
    BotProcess eager = BotProcess.start(address, "s", history.file("bot"), Bot.Mode.EAGER_HALT, 50);
    assertThat(eager.awaitEnd(120)).isTrue();
    try (EventBus bus = EventBus.open(address)) {
      assertThat(bus.operations().subscription("s").lagEvents()).isZero();
      assertThat(history.judge(bus, "s").lost()).isPositive();
    }
  }

  private static void publish(History history, EventBus bus) {
    for (int n = 0; n < HALTS * PER_HALT + 200; n++) {
      history.publish(bus, history.next("user.said", "k" + n % KEYS));
    }
  }

  private static BotProcess start(History history, String address, Bot.Mode mode, int turn)
      throws Exception {
    return BotProcess.start(address, "s", history.file("bot"), mode, turn).await("ready");
  }

  private static void halt(History history, String address) throws Exception {
    for (int round = 0; round < HALTS; round++) {
      BotProcess bot =
          BotProcess.start(
              address,
              "s",
              history.file("bot"),
              MODES.get(round % MODES.size()),
              1 + round * 7 % PER_HALT);
      assertThat(bot.awaitEnd(120)).as("the bot of round %d halts", round).isTrue();
    }
  }

  private static void judge(String fault, History history, EventBus bus) throws Exception {
    Findings findings = history.judge(bus, "s");
    System.out.println(
        History.figures(fault, HALTS, findings)
            + ", most deliveries of an event "
            + history.mostDeliveries());
    assertThat(findings.isClean()).as(findings.examples().toString()).isTrue();
    assertThat(findings.deadLettered()).isZero();
    assertThat(history.mostDeliveries()).isLessThanOrEqualTo(1 + HALTS);
  }

  private static List<DeadLetter> letters(EventBus bus) {
    return bus.operations().deadLetters(DeadLetterFilter.ALL);
  }

  private static void publishWithPoison(History history, EventBus bus) {
    for (int n = 0; n < 30; n++) {
      history.publish(bus, history.next("user.said", "k" + n % KEYS));
    }
    history.publish(bus, history.next("user.poison", "k0"));
    for (int n = 0; n < 30; n++) {
      history.publish(bus, history.next("user.said", "k" + n % KEYS));
    }
  }

  /** Starts bots that halt on poison, until one does not; how many halted. */
  private static int haltOnPoison(History history, String address) throws Exception {
    for (int halts = 0; halts < 10; halts++) {
      BotProcess bot = start(history, address, Bot.Mode.HALT_ON_POISON, 0);
      int already = halts;
      within(Duration.ofMinutes(2))
          .until(() -> !bot.isAlive() || history.reached("s") == history.published());
      if (bot.isAlive() && !bot.awaitEnd(1)) {
        bot.end();
        return already;
      }
    }
    throw new AssertionError("the tenth bot halts, too");
  }

  private static void judgePoison(String fault, History history, EventBus bus, int halts)
      throws Exception {
    assertThat(letters(bus))
        .singleElement()
        .matches(letter -> letter.reason() == DeadLetter.Reason.CRASHED)
        .matches(letter -> letter.attempts() == 3);
    Findings findings = history.judge(bus, "s");
    System.out.println(History.figures(fault, halts, findings));
    assertThat(findings.isClean()).as(findings.examples().toString()).isTrue();
    assertThat(halts).isBetween(3, 4);
    assertThat(history.deliveries()).containsEntry("k0.9", halts);
  }

  @Test
  void aStoreThatForgetsBegunAttemptsIsCaught() {
    assertThat(livesUntilDead(TwistedBackend.Twist.NONE)).isBetween(3, 5);
    assertThat(
            livesUntilDead(call -> {
              if (!call.of("save")) {
                return call.pass();
              }
              Cursor cursor = (Cursor) call.arguments().get(1);
              return call.pass(
                  call.arguments().getFirst(),
                  new Cursor(
                      cursor.floor(),
                      cursor.settled(),
                      Map.of(),
                      cursor.parked(),
                      cursor.crashes()));
            }))
        .isEqualTo(LIVES);
  }

  private static final int LIVES = 8;

  /** How many subscribers an event kills before it is a dead letter. */
  private static int livesUntilDead(TwistedBackend.Twist twist) {
    BusConfig config = BusConfig.standard();
    Environment environment = Environment.system();
    try (Backend memory =
            new MemoryProvider().open(Address.parse("memory:lives"), config, environment);
        EventBus bus =
            new EngineBus(new TwistedBackend(memory, twist, true), config, environment)) {
      bus.publish(Draft.of("user.poison"));
      for (int life = 0; life < LIVES; life++) {
        Recorder dies = new Recorder().doing((delivery, progress) -> new CountDownLatch(1).await());
        Subscriber subscriber = bus.subscribe(Bot.subscription("s"), dies.handler());
        soon().until(() -> !dies.begun().isEmpty() || !letters(bus).isEmpty());
        subscriber.abandon();
        if (!letters(bus).isEmpty()) {
          return life;
        }
      }
      return LIVES;
    }
  }

  @Test
  void anEventThatHaltsItsBotsIsADeadLetterAfterItsLastAttemptAndOthersGoOn() throws Exception {
    History history = new History(folder);
    ServerProcess server = ServerProcess.start(folder.resolve("data"));
    try (EventBus bus = EventBus.open(server.address())) {
      publishWithPoison(history, bus);
      int halts = haltOnPoison(history, server.address());
      judgePoison("F16 server", history, bus, halts);
    } finally {
      server.kill();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.rookery.verify.Store#durable")
  void anEventThatHaltsTheStoresOwnBotsIsADeadLetterAfterItsLastAttempt(Store store)
      throws Exception {
    History history = new History(folder);
    String address = store.address(folder);
    try (EventBus bus = EventBus.open(address)) {
      publishWithPoison(history, bus);
    }
    int halts = haltOnPoison(history, address);
    try (EventBus bus = EventBus.open(address)) {
      judgePoison("F16 " + store, history, bus, halts);
    }
  }
}

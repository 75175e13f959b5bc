package dev.rookery.redis;

import static dev.rookery.redis.Opened.BOT;
import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Delivery;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.Position;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.check.Findings;
import dev.rookery.check.HistoryCheck;
import dev.rookery.check.HistoryFile;
import dev.rookery.check.HistoryLine;
import dev.rookery.check.Rules;
import dev.rookery.postgres.PostgresProvider;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that publish to one hybrid, of which one after the other is stopped for a while or
 * killed between two steps; {@code -Drookery.kills=20} for a long run.
 */
@Tag("P3")
@Tag("P4")
@Timeout(900)
class HybridProcessesTest {
  private static final int KILLS = Integer.getInteger("rookery.kills", 2);
  private static final String KEY = "rookery:tail:bot:0";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Those first that leave something half done. */
  private static final List<String> STEPS =
      List.of(
          "after append",
          "before push",
          "after push",
          "before append",
          "before last",
          "after last");

  /** A push that does not look where the tail ends. */
  private static final String BLIND =
      """
      local real = redis
      local redis = {pcall = real.pcall}
      redis.call = function(command, ...)
        if command == 'XREVRANGE' then
          return {{ARGV[2], {'epoch', ARGV[1]}}}
        end
        return real.call(command, ...)
      end
      """;

  private static final TestServer SERVER = TestServer.shared();

  private final String address = dev.rookery.postgres.TestServer.shared().freshSchema();
  private final List<Publisher> all = new ArrayList<>();
  private final AtomicLong handled = new AtomicLong();
  @TempDir private Path folder;
  private HistoryFile handlings;
  private EventBus reader;

  HybridProcessesTest() {
    SERVER.empty();
  }

  @BeforeEach
  void follow() throws IOException {
    handlings = new HistoryFile(file("reader"), HybridPublisher::nowMicros);
    reader = EventBus.open(address + "&tail=" + SERVER.address());
    reader.subscribe(
        Subscription.of("all", "bot.**").from(Start.earliest()),
        EventHandler.ofDeliveries(this::writeDown));
  }

  private void writeDown(Delivery delivery, EventHandler.Progress progress) throws IOException {
    handlings.append(now -> HistoryLine.Handling.of("reader", delivery, 0, now));
    handlings.append(now ->
        HistoryLine.Handling.of("reader", delivery, 0, now).ended(HistoryLine.Result.OK, now));
    handled.incrementAndGet();
  }

  @AfterEach
  void close() throws Exception {
    for (Publisher each : all) {
      each.kill();
    }
    reader.close();
    handlings.close();
  }

  private Path file(String name) {
    return folder.resolve(name + ".history.jsonl");
  }

  /** One of the processes, from outside. */
  private final class Publisher {
    final Process process;
    final BlockingQueue<String> says = new LinkedBlockingQueue<>();

    Publisher(String scripts) throws IOException {
      String name = "publisher-" + all.size();
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx64m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  HybridPublisher.class.getName(),
                  name,
                  address,
                  SERVER.address(),
                  file(name).toString(),
                  scripts)
              .redirectError(
                  ProcessBuilder.Redirect.appendTo(folder.resolve("publishers.log").toFile()))
              .start();
      all.add(this);
      Thread.ofVirtual().start(this::listen);
    }

    private void listen() {
      try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
        lines.lines().forEach(says::add);
      } catch (IOException | UncheckedIOException e) {
        // It was killed
      }
      says.add("its end");
    }

    void await(String word) throws Exception {
      String said = says.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(said).as(Files.readString(folder.resolve("publishers.log"))).isEqualTo(word);
    }

    void order(String step) throws IOException {
      process.getOutputStream().write((step + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    }

    void stopAt(String step) throws Exception {
      order(step);
      await("stopped");
      signal("STOP");
    }

    void goOn() throws Exception {
      signal("CONT");
      order("");
    }

    private void signal(String signal) throws Exception {
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    }

    void kill() {
      process.destroyForcibly().onExit().join();
    }

    void end() throws Exception {
      process.getOutputStream().close();
      await("its end");
      assertThat(process.waitFor()).isZero();
    }
  }

  private List<Publisher> begin(String... scripts) throws Exception {
    List<Publisher> begun = new ArrayList<>();
    for (String each : scripts) {
      begun.add(new Publisher(each));
    }
    for (Publisher each : begun) {
      each.await("ready");
    }
    return begun;
  }

  private void awaitMore(int events) {
    long before = handled.get();
    within(PATIENCE).until(() -> handled.get() > before + events);
  }

  @Test
  void theTailFollowsTheLogWhoeverStopsOrDiesWhere() throws Exception {
    List<Publisher> live = begin("", "", "");
    for (int n = 0; n < KILLS; n++) {
      String step = STEPS.get(n % STEPS.size());
      Publisher paused = live.get(n % 2);
      paused.stopAt(step);
      awaitMore(100);
      paused.goOn();

      Publisher killed = live.remove(n % 3);
      killed.stopAt(step);
      awaitMore(100);
      killed.kill();
      live.addAll(begin(""));
      awaitMore(100);
    }
    for (Publisher each : live) {
      each.end();
    }
    within(PATIENCE).until(() -> reader.operations().subscription("all").lagEvents() == 0);
    within(PATIENCE).until(() -> tailEnd().equals(end()));
    Findings findings = judge();
    System.out.printf(
        "F21 processes: %d stopped, %d killed, %d published, lost %d, out of order %d, duplicates"
            + " %d, the tail holds the last %d%n",
        KILLS,
        KILLS,
        findings.published(),
        findings.lost(),
        findings.outOfOrder(),
        findings.duplicates(),
        tail().size());
    assertThat(findings.isClean()).as(findings.examples().toString()).isTrue();
    assertThat(findings.duplicates()).isZero();
    assertThat(holes()).isEmpty();
  }

  @Test
  void whoSleptThroughAChangeOfHistoryPushesNothingOfTheOldOne() throws Exception {
    Publisher sleeper = begin("", "").getFirst();
    awaitMore(50);
    sleeper.stopAt("before push");
    String higher;
    try (Backend truth =
        new PostgresProvider()
            .open(Address.parse(address), BusConfig.standard(), Environment.system())) {
      var epoch = truth.setting("tail.epoch");
      higher = Long.toString(Long.parseLong(epoch.orElseThrow()) + (1L << 20));
      truth.changeSetting("tail.epoch", epoch, higher);
    }
    within(PATIENCE).until(() -> epochs(last()).equals(List.of(higher)));

    sleeper.goOn();
    sleeper.stopAt("after push");
    sleeper.goOn();
    awaitMore(200);

    assertThat(epochs(tail())).containsOnly(higher);
    assertThat(holes()).isEmpty();
  }

  /** The control. */
  @Test
  void whoPushesWithoutLookingWhereTheTailEndsLeavesHoles() throws Exception {
    Publisher blind = begin(BLIND, "").getFirst();
    awaitMore(50);

    blind.stopAt("before push");
    awaitMore(50);
    blind.goOn();
    within(PATIENCE).until(() -> !holes().isEmpty());
  }

  /** Reads what all of them wrote. */
  private Findings judge() throws IOException {
    HistoryCheck check =
        new HistoryCheck(Rules.of(Set.of("all")).knowingEveryPublish().withContiguousPositions());
    try (Stream<Path> files = Files.list(folder)) {
      HistoryFile.inOrder(
          files.filter(file -> file.toString().endsWith(".jsonl")).toList(), check::take);
    }
    return check.findings(Map.of());
  }

  private Position end() {
    return Objects.requireNonNull(reader.operations().latest().positions().get(BOT));
  }

  private static List<Reply> tail() {
    return SERVER.ask("XRANGE", KEY, "-", "+").list();
  }

  private static List<Position> ids(List<Reply> entries) {
    return entries.stream().map(entry -> Ids.position(entry.list().getFirst().bytes())).toList();
  }

  private static Position tailEnd() {
    return ids(last()).stream().findFirst().orElse(Position.ZERO);
  }

  private static List<Reply> last() {
    return SERVER.ask("XREVRANGE", KEY, "+", "-", "COUNT", 1).list();
  }

  private static List<String> epochs(List<Reply> entries) {
    return entries.stream().map(entry -> Long.toString(TailFields.epoch(entry))).toList();
  }

  private static List<String> holes() {
    List<Position> ids = ids(tail());
    List<String> holes = new ArrayList<>();
    for (int i = 1; i < ids.size(); i++) {
      if (ids.get(i).high() != ids.get(i - 1).high() + 1) {
        holes.add(ids.get(i) + " stands after " + ids.get(i - 1));
      }
    }
    return holes;
  }
}

package dev.rookery.redis;

import static dev.rookery.testkit.Soon.soon;
import static dev.rookery.testkit.Soon.within;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.Receipt;
import dev.rookery.RetryAfter;
import dev.rookery.Subscription;
import dev.rookery.testkit.Soon;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The wall clock of a Redis is set by two hours, forth and back, under bots that work. */
@Tag("P3")
@Tag("nightly")
class SteppedServerTest {
  private static final Duration STEP = Duration.ofHours(2);
  private static final Duration TTL = Duration.ofMillis(500);
  private static final Subscription S = Subscription.of("s", "bot.**");

  private final MappedByteBuffer ahead;
  private final TestServer server;

  SteppedServerTest(@TempDir Path folder) throws Exception {
    assumeFalse(
        System.getProperty("rookery.redis.server", "").isEmpty(),
        "a server that is linked dynamically, by -Drookery.redis.server");
    Path file = Files.write(folder.resolve("ahead"), new byte[Long.BYTES]);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ahead = channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
    }
    ahead.order(ByteOrder.nativeOrder());
    Map<String, String> preloaded =
        Map.of("LD_PRELOAD", library(folder).toString(), "CLOCK_AHEAD", file.toString());
    server =
        TestServer.startOn(
            Files.createDirectory(folder.resolve("redis")),
            preloaded,
            "save \"\"",
            "appendonly yes",
            "appendfsync always");
  }

  private static Path library(Path folder) throws Exception {
    Path source = folder.resolve("clock.c");
    try (InputStream code = SteppedServerTest.class.getResourceAsStream("clock.c")) {
      Files.copy(Objects.requireNonNull(code), source);
    }
    Path library = folder.resolve("clock.so");
    Process compiler =
        new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(compiler.getInputStream().readAllBytes(), UTF_8);
    assertThat(compiler.waitFor()).as(said).isZero();
    return library;
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** Sets the server's clock, and sees to it that the server knows. */
  private void set(Duration offset) {
    ahead.putLong(0, offset.toSeconds());
    within(Duration.ofSeconds(5))
        .until(() ->
            Duration.between(Instant.now().plus(offset), serverTime()).abs().toSeconds() < 60);
  }

  private Instant serverTime() {
    return Instant.ofEpochSecond(server.ask("TIME").list().getFirst().number());
  }

  private EventBus open() {
    return EventBus.open(server.address(), BusConfig.standard().claimTtl(TTL));
  }

  @Test
  void everythingComesOnceAndInOrderAndNobodyTakesOver() {
    Queue<String> handled = new ConcurrentLinkedQueue<>();
    List<Receipt> receipts = new ArrayList<>();
    try (EventBus owner = open();
        EventBus challenger = open()) {
      owner.subscribe(S, event -> handled.add(event.data().text()));
      receipts.add(publish(owner, 0));
      soon().until(() -> handled.size() == 1);
      challenger.subscribe(S, event -> handled.add("taken over"));
      for (Duration offset : List.of(STEP, Duration.ZERO, STEP.negated(), Duration.ZERO)) {
        set(offset);
        Soon.staysFor(
            TTL.multipliedBy(3),
            () -> {
              receipts.add(publish(owner, receipts.size()));
              return true;
            });
        assertThat(publish(owner, 0)).matches(Receipt::duplicate);
      }
      soon().until(() -> handled.size() == receipts.size());
    }
    assertThat(receipts).extracting(Receipt::position).isSorted().doesNotHaveDuplicates();
    assertThat(handled)
        .containsExactlyElementsOf(
            IntStream.range(0, receipts.size()).mapToObj(Integer::toString).toList());
  }

  private static Receipt publish(EventBus bus, int number) {
    return bus.publish(Draft.of("bot.said", "" + number).id("id-" + number).key("k"));
  }

  @Test
  void aRetryComesAfterTheDelayThatWasAskedForAndNotHoursLater() {
    Duration asked = Duration.ofSeconds(1);
    for (Duration offset : List.of(STEP, STEP.negated())) {
      List<Long> times = new ArrayList<>();
      try (EventBus bus = open()) {
        bus.subscribe(
            S,
            EventHandler.ofDeliveries((delivery, progress) -> {
              times.add(System.nanoTime());
              if (delivery.attempt() == 1) {
                throw new RetryAfter(asked, "later");
              }
            }));
        bus.publish(Draft.of("bot.said"));
        soon().until(() -> times.size() == 1);

        set(offset);

        soon().until(() -> times.size() == 2);
      }
      assertThat(Duration.ofNanos(times.get(1) - times.get(0))).isGreaterThanOrEqualTo(asked);
    }
  }
}

package dev.rookery.redis;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Start;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.testkit.Recorder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * {@code examples/python/bot.py}, a bot in Python that knows nothing of Rookery, on the same
 * streams. Needs Debian's python3 with python3-redis.
 */
@Timeout(300)
@EnabledIf(value = "pythonIsThere", disabledReason = "apt-get install python3-redis")
class PythonBotTest {
  private static final Path BOT = Path.of("..", "examples", "python", "bot.py");
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final TestServer SERVER = TestServer.shared();

  static boolean pythonIsThere() throws Exception {
    try {
      return new ProcessBuilder("/usr/bin/python3", "-c", "import redis.asyncio").start().waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @BeforeEach
  void empty() {
    SERVER.empty();
  }

  private static Process bot(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("/usr/bin/python3", BOT.toString()));
    command.addAll(List.of("--redis", SERVER.address()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** The event's id in each line that the bot printed. */
  private static List<String> ids(Process bot) throws Exception {
    String printed = new String(bot.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bot.waitFor()).isZero();
    return printed.lines().map(line -> line.split(" ", -1)[1]).toList();
  }

  @Test
  void whatAPythonBotPublishesIsHandledInItsOrder() throws Exception {
    Recorder recorder = new Recorder();
    try (EventBus bus = EventBus.open(SERVER.address())) {
      bus.subscribe(
          Subscription.of("watcher", "user.**").from(Start.earliest()), recorder.handler());
      List<String> published = ids(bot("publish", "user.message.received", "50"));

      within(PATIENCE).until(() -> recorder.handled().size() == 50);

      assertThat(recorder.handledIds()).isEqualTo(published);
      assertThat(recorder.handled().getFirst().event())
          .matches(event -> event.source().equals("python-bot") && event.key().equals("python-bot"))
          .matches(event -> event.data().text().equals("{\"number\": 0}"));
    }
  }

  @Test
  void whatAJavaBotPublishesIsReadByAPythonBotWithItsOwnGroup() throws Exception {
    try (EventBus bus = EventBus.open(SERVER.address())) {
      List<String> published = new ArrayList<>();
      for (int n = 0; n < 50; n++) {
        Draft draft = Draft.of("user.message.received", "{\"n\":" + n + "}").id("java-" + n);
        bus.publish(draft);
        published.add("java-" + n);
      }

      assertThat(ids(bot("--bot", "second", "consume", "50"))).isEqualTo(published);
    }
  }

  @Test
  void aPythonBotThatTrimsIsNamed() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    Recorder recorder = new Recorder().doing((delivery, progress) -> slow.await());
    try (EventBus bus = EventBus.open(SERVER.address())) {
      ids(bot("publish", "user.message.received", "300"));
      Subscriber subscriber =
          bus.subscribe(
              Subscription.of("slow", "user.**").from(Start.earliest()).window(4),
              recorder.handler());
      recorder.awaitBegun(1);
      ids(bot("--maxlen", "10", "publish", "user.message.received", "3000"));

      within(PATIENCE)
          .until(() -> bus.operations().weaknesses().stream().anyMatch(w -> w.contains("MAXLEN")));
      slow.countDown();
      within(PATIENCE).until(() -> subscriber.state().contains("others removed"));
    }
  }
}

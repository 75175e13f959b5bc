package dev.rookery.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.Start;
import dev.rookery.testkit.BusTest;
import dev.rookery.testkit.Recording;
import dev.rookery.testkit.Redaction;
import dev.rookery.testkit.TestBus;
import dev.rookery.testkit.Window;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@BusTest
class AnswerBotTest {
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final Set<String> posts = new ConcurrentSkipListSet<>();

  private void post(String channel, String text, String once) {
    calls.add(once);
    posts.add(channel + " " + once);
  }

  private static Draft question(String id, String channel) {
    return Draft.of(new AnswerBot.Heard(channel, "who is there?")).id(id).key(channel);
  }

  @Test
  void aQuestionIsAnswered(TestBus bus) {
    new AnswerBot(bus, this::post).start();
    bus.publish(question("q-1", "#owls"));
    bus.awaitIdle();
    assertThat(posts).containsExactly("#owls q-1");
    assertThat(bus.published("bot.answered")).extracting(Event::correlation).containsExactly("q-1");
  }

  @Test
  void theAnswerComesThoughTheChatIsDownForFiveDays(TestBus bus) {
    Instant up = bus.now().plus(Duration.ofDays(5));
    AnswerBot.Chat chat =
        (channel, text, once) -> {
          if (bus.now().isBefore(up)) {
            throw new IOException("503 Service Unavailable");
          }
          post(channel, text, once);
        };
    new AnswerBot(bus, chat).start();
    bus.publish(question("q-1", "#owls"));
    bus.awaitIdle();
    assertThat(posts).containsExactly("#owls q-1");
    assertThat(bus.attempts("answer-bot").getLast().begun())
        .isBetween(up, up.plus(Duration.ofHours(6)));
  }

  @Test
  void theBotGivesUpWhenTheChatStaysDown(TestBus bus) {
    AnswerBot.Chat chat =
        (channel, text, once) -> {
          throw new IOException("503 Service Unavailable");
        };
    new AnswerBot(bus, chat).start();
    bus.publish(question("q-1", "#owls"));
    bus.awaitIdle();
    assertThat(bus.deadLetters("answer-bot"))
        .singleElement()
        .satisfies(letter -> assertThat(letter.attempts()).isEqualTo(60));
  }

  @Test
  void aCallThatHangsIsInterruptedAndTriedAgain(TestBus bus) {
    AnswerBot.Chat chat =
        (channel, text, once) -> {
          calls.add(once);
          if (calls.size() == 1) {
            bus.sleep(Duration.ofHours(1));
          }
          post(channel, text, once);
        };
    new AnswerBot(bus, chat).start();
    bus.publish(question("q-1", "#owls"));
    bus.awaitIdle();
    assertThat(bus.attempts("answer-bot"))
        .extracting(attempt -> Duration.between(attempt.begun(), attempt.ended()).toSeconds())
        .containsExactly(20L, 0L);
    assertThat(posts).containsExactly("#owls q-1");
  }

  @Test
  void aCrashAfterThePostAnswersOnce(TestBus bus) {
    bus.fault("answer-bot").event("q-1").crashAfterEffect();
    new AnswerBot(bus, this::post).start();
    bus.publish(question("q-1", "#owls"));
    bus.awaitIdle();
    assertThat(calls).containsExactly("q-1", "q-1");
    assertThat(posts).containsExactly("#owls q-1");
    assertThat(bus.published("bot.answered")).hasSize(1);
  }

  @Test
  void everyFaultAtOnceAnswersEachQuestionOnce(TestBus bus) {
    bus.fault("answer-bot").reorder();
    bus.fault("answer-bot").event("q-3").duplicate();
    bus.fault("answer-bot").event("q-5").dropSettlement();
    bus.fault("answer-bot").event("q-7").crashBeforeEffect();
    new AnswerBot(bus, this::post).start();
    for (int n = 0; n < 10; n++) {
      bus.publish(question("q-" + n, "#" + n % 3));
    }
    bus.awaitIdle();
    assertThat(posts).hasSize(10);
    assertThat(bus.published("bot.answered")).hasSize(10);
  }

  @Test
  void theTestSaysWhatHoldsTheBusUp(TestBus bus) {
    AnswerBot.Chat chat =
        (channel, text, once) -> {
          throw new IOException("503 Service Unavailable");
        };
    new AnswerBot(bus, chat).start();
    bus.publish(question("q-1", "#owls"));
    assertThatThrownBy(() -> bus.awaitIdle(Duration.ofHours(1)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("event q-1 (user.message.received, key #owls) waits until")
        .hasMessageContaining("IOException: 503 Service Unavailable");
  }

  @Test
  void anEveningOfRealTrafficIsAnswered(TestBus bus) {
    new AnswerBot(bus, this::post).start();
    bus.replay(Recording.load(Path.of("src/test/resources/evening.jsonl")));
    bus.awaitIdle();
    assertThat(bus.handled("answer-bot")).hasSize(6);
    assertThat(posts).hasSize(3);
    assertThat(Duration.between(TestBus.BEGINNING, bus.now())).isGreaterThan(Duration.ofHours(2));
  }

  @Test
  void realTrafficIsRecordedAndRedacted(@TempDir Path folder) {
    try (EventBus bus = EventBus.open("file:" + folder.resolve("data"))) {
      bus.publish(question("q-1", "#owls"));

      Recording.of(bus, Window.of("user.**").from(Start.earliest()).most(500))
          .redacted(
              Redaction.with("a secret of ours")
                  .member("/text")
                  .member("/channel")
                  .attribute("partitionkey"))
          .save(folder.resolve("evening.jsonl"));
    }
    assertThat(folder.resolve("evening.jsonl")).content().doesNotContain("owls", "who is there");
  }
}

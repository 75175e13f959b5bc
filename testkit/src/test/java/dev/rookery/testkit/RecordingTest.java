package dev.rookery.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.InvalidInput;
import dev.rookery.Payload;
import dev.rookery.RetryAfter;
import dev.rookery.Start;
import dev.rookery.Subscription;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
  private static final Instant THEN = Instant.parse("2025-11-05T20:00:00Z");
  private static final Redaction NOTHING = Redaction.with("secret");

  private static Draft said(int n, String channel, String author) {
    String data =
        """
        {"author":{"name":"%s","id":8214736455},"text":"Hi @%s, meet me at 7:30!","n":%d,"tags":["a",1.50]}\
        """
            .formatted(author, author, n);
    return Draft.of("user.said", data)
        .id("e-" + n)
        .key(channel)
        .time(THEN.plusSeconds(n))
        .attribute("room", author);
  }

  private static Recording threeMinutes() {
    try (EventBus bus = EventBus.open("memory:recorded")) {
      for (int n = 0; n < 180; n += 60) {
        bus.publish(said(n, "#owls", n == 60 ? "Grace" : "Ada"));
        bus.publish(Draft.of("bot.answered", "{}").time(THEN.plusSeconds(n + 1)));
      }
      return Recording.of(bus, Window.of("user.**"));
    }
  }

  private static List<String> ids(List<Event> events) {
    return events.stream().map(Event::id).toList();
  }

  @Test
  void aWindowIsCutByPatternPlaceTimeAndNumber() {
    try (EventBus bus = EventBus.open("memory:windows")) {
      for (int n = 0; n < 2_500; n++) {
        bus.publish(said(n, "#owls", "Ada"));
      }
      Start at1000 = new Start.AfterPosition(bus.publish(said(999, "#owls", "Ada")).position());
      assertThat(Recording.of(bus, Window.of("user.*")).events()).hasSize(2_500);
      assertThat(Recording.of(bus, Window.of("bot.*")).events()).isEmpty();
      Window window = Window.of("user.*").from(at1000).until(THEN.plusSeconds(1_300));
      assertThat(ids(Recording.of(bus, window).events()))
          .hasSize(300)
          .startsWith("e-1000")
          .endsWith("e-1299");
      assertThat(ids(Recording.of(bus, window.most(2)).events()))
          .containsExactly("e-1000", "e-1001");
    }
  }

  @Test
  void whatIsSavedIsLoadedAsItWas(@TempDir Path folder) {
    List<Event> events = new ArrayList<>(Samples.nastyEvents());
    events.addAll(threeMinutes().events());
    Path file = folder.resolve("events.jsonl");
    new Recording(events).save(file);
    assertThat(file).content().hasLineCount(events.size());
    assertThat(Recording.load(file).events()).isEqualTo(events);
  }

  @Test
  void aLineThatIsNoEventIsNamed(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("events.jsonl");
    threeMinutes().save(file);
    Files.writeString(file, Files.readString(file) + "{\"specversion\":\"1.0\"}\n");
    assertThatThrownBy(() -> Recording.load(file))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("line 4: the event has no id");
    Files.writeString(file, "not JSON\n");
    assertThatThrownBy(() -> Recording.load(file)).hasMessageContaining("line 1: this is not JSON");
  }

  @Test
  void aRedactionKeepsShapesAndWhatIsEqual() {
    Redaction redaction =
        Redaction.with("secret").member("/author/*").member("/text").attribute("room");
    List<Event> events = threeMinutes().redacted(redaction).events();
    Event first = events.get(0);
    assertThat(first.data().text())
        .matches(
            "\\{\"author\":\\{\"name\":\"[A-Z][a-z]{2}\",\"id\":[1-9]\\d{9}},"
                + "\"text\":\"[A-Z][a-z] @[A-Z][a-z]{2}, [a-z]{4} [a-z]{2} [a-z]{2} \\d:\\d\\d!\","
                + "\"n\":0,\"tags\":\\[\"a\",1.50]}")
        .doesNotContain("Ada", "8214736455");
    String name = first.data().tree().at("/author/name").asString();
    assertThat(events.get(2).data().tree().at("/author/name").asString()).isEqualTo(name);
    assertThat(events.get(1).data().tree().at("/author/name").asString()).isNotEqualTo(name);
    assertThat(first.attributes()).containsEntry("room", name);
    assertThat(first.key()).isEqualTo("#owls");
    assertThat(Redaction.with("another").member("/author/name").apply(first).data())
        .isNotEqualTo(first.data());
  }

  @Test
  void numbersKeepTheirLength() {
    Redaction numbers = Redaction.with("secret").member("/n");
    for (String number :
        List.of("7", "-12", "0", "0.50", "-1200.075", "12345678901234567890", "6.02E+23")) {
      Payload data = Payload.json("{\"n\":" + number + "}");
      String redacted = numbers.apply(Samples.event("e", "bot", data)).data().text();
      assertThat(redacted)
          .matches(
              "\\{\"n\":"
                  + number.replaceAll("E.*", "").replaceAll("\\d", "\\\\d").replace(".", "\\.")
                  + "(E\\+23)?}");
    }
  }

  @Test
  void referencesFollowTheIdsThatAreRedacted() {
    Redaction ids = NOTHING.attribute("id");
    Event cause = ids.apply(Samples.event("cause"));
    try (EventBus bus = TestBus.open(1)) {
      bus.publish(Draft.of("bot.answered", "{}").causedBy(Samples.event("cause")));
      Event effect = Recording.of(bus, Window.of("bot.**")).redacted(ids).events().getFirst();
      assertThat(cause.id()).isNotEqualTo("cause");
      assertThat(effect.causation()).contains(cause.id());
      assertThat(effect.correlation()).isEqualTo(cause.correlation());
    }
  }

  @Test
  void dataThatIsNotJsonIsRedactedAsAWhole() {
    Redaction some = Redaction.with("secret").member("/nothing");
    Event text =
        Samples.event(
            "e",
            "bot",
            Payload.wrap("text/plain", "Ada 1".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    Event bytes = Samples.event("e", "bot", Payload.wrap("image/png", new byte[] {1, 2, 3}));
    assertThat(some.apply(text).data().text()).matches("[A-Z][a-z]{2} \\d").isNotEqualTo("Ada 1");
    assertThat(some.apply(bytes).data().toArray()).containsExactly(0, 0, 0);
    assertThat(NOTHING.apply(bytes)).isEqualTo(bytes);
  }

  @Test
  void whatAReplayNeedsCannotBeRedacted() {
    assertThatThrownBy(() -> NOTHING.attribute("type")).isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> NOTHING.member("text")).isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> Redaction.with("")).isInstanceOf(InvalidInput.class);
  }

  @BusTest
  void aReplayKeepsKeysOrderAndTheTimesBetween(TestBus bus) {
    Recording recording = threeMinutes();
    List<String> seen = new ArrayList<>();
    bus.subscribe(
        Subscription.of("hearer", "user.said"),
        event -> {
          Duration since = Duration.between(TestBus.BEGINNING, bus.now());
          seen.add(event.id() + " after " + since.toSeconds());
          if (seen.size() == 1) {
            throw new RetryAfter(Duration.ofSeconds(90), "later");
          }
        });
    bus.replay(recording);
    bus.awaitIdle();
    assertThat(seen)
        .containsExactly("e-0 after 0", "e-0 after 90", "e-60 after 90", "e-120 after 120");
    assertThat(bus.published()).extracting(Event::key).containsOnly("#owls");
    assertThat(bus.published())
        .extracting(event -> Duration.between(TestBus.BEGINNING, event.time()).toSeconds())
        .containsExactly(0L, 60L, 120L);
    assertThat(bus.published().getFirst().data()).isEqualTo(recording.events().getFirst().data());
  }
}

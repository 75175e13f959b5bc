package dev.rookery.cli;

import static dev.rookery.cli.Command.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Position;
import dev.rookery.SideEffect;
import dev.rookery.Start;
import dev.rookery.Subscription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ReplayVerbTest {
  private static final String GREET = "echo '{\"type\":\"bot.greeted\",\"data\":\"hello\"}'";

  @TempDir Path folder;
  private final String address = "memory:" + UUID.randomUUID();
  private final EventBus bus = EventBus.open(address);

  @AfterEach
  void close() {
    bus.close();
  }

  private void said(int count) {
    IntStream.range(0, count)
        .forEach(n -> bus.publish(Draft.of("user.a", "" + n).id("e" + n).key("key-" + n % 2)));
  }

  private Command on(String... arguments) {
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--bus";
    all[arguments.length + 1] = address;
    return Command.run(all);
  }

  private long stored(String type) {
    return on("tail", type, "--no-follow", "--json").json().size();
  }

  @Test
  void thePlanTellsEventsKeysAndTime() {
    said(6);
    String[] replay = {
      "replay", "user.*", "--from", "earliest", "--as", "again", "--exec", "cat", "--key", "key-1"
    };

    Command command = on(with(replay, "--rate", "2", "--plan", "--json"));

    assertThat(command.code).isZero();
    JsonNode plan = command.json().getFirst();
    assertThat(plan.get("stored").intValue()).isEqualTo(6);
    assertThat(plan.get("matching").intValue()).isEqualTo(3);
    assertThat(plan.get("keys").intValue()).isEqualTo(1);
    assertThat(plan.get("seconds").doubleValue()).isBetween(1.5, 60.0);
    assertThat(on(with(replay, "--plan")).err()).contains("hand out 3 of 1 keys");
    assertThat(bus.operations().subscriptions()).isEmpty();
  }

  private static String[] with(String[] first, String... more) {
    String[] all = java.util.Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }

  @Test
  void aReplayAsANewSubscriptionRunsTheCommandForEachEventAndEnds() throws IOException {
    said(4);
    Path seen = folder.resolve("seen");

    Command command =
        on(
            "replay",
            "user.*",
            "--from",
            "earliest",
            "--as",
            "again",
            "--exec",
            "echo $ROOKERY_REPLAY >> " + seen);

    assertThat(command.code).isZero();
    assertThat(Files.readAllLines(seen)).hasSize(4).containsOnly("true");
    assertThat(command.err()).contains("4 events were handled");
    assertThat(bus.operations().subscriptions()).isEmpty();
  }

  @Test
  void aReplayIntoAnExternalSubscriptionHasToBeAskedFor() {
    said(2);
    Subscription mailer =
        Subscription.of("mailer", "user.*").from(Start.earliest()).effect(SideEffect.EXTERNAL);
    try (var subscriber = bus.subscribe(mailer, event -> {})) {
      assertThat(subscriber.state()).isNotEmpty();
      await()
          .until(() ->
              bus.operations().rewind("mailer", Start.latest(), true).stream()
                  .anyMatch(move -> move.from().isAfter(Position.ZERO)));

      Command refused = on("replay", "--into", "mailer", "--from", "earliest");
      Command asked = on("replay", "--into", "mailer", "--from", "earliest", "--external");

      assertThat(refused.code).isEqualTo(Exit.USAGE);
      assertThat(refused.err()).contains("external");
      assertThat(asked.code).isZero();
    }
  }

  @Test
  void whatACommandPrintsIsPublishedOnceHoweverOftenItRuns() {
    said(1);
    String[] greet = {
      "subscribe", "greeter", "user.a", "--exec", GREET, "--publish", "--from", "earliest"
    };

    assertThat(on(with(greet, "--count", "1")).code).isZero();
    bus.operations().rewind("greeter", Start.earliest(), false);
    assertThat(on(with(greet, "--count", "1")).code).isZero();

    JsonNode answer = on("tail", "bot.greeted", "--no-follow", "--json").json().getFirst();
    assertThat(stored("bot.greeted")).isEqualTo(1);
    assertThat(answer.at("/event/causationid").stringValue()).isEqualTo("e0");
  }

  @Test
  void aShadowShowsWhatTheCommandWouldPublishDifferentlyAndPublishesNothing() {
    said(3);
    on(
        "subscribe",
        "greeter",
        "user.a",
        "--exec",
        GREET,
        "--publish",
        "--from",
        "earliest",
        "--count",
        "3");

    Command same = on("replay", "--shadow", "greeter", "--from", "earliest", "--exec", GREET);
    Command other =
        on(
            "replay",
            "--shadow",
            "greeter",
            "--from",
            "earliest",
            "--json",
            "--exec",
            GREET.replace("hello", "goodbye"));

    assertThat(same.code).isZero();
    assertThat(same.err()).contains("3 published the same, 0 differently");
    assertThat(other.code).isEqualTo(Exit.FAILED);
    assertThat(other.json()).hasSize(3);
    JsonNode first = other.json().getFirst();
    assertThat(first.get("kind").stringValue()).isEqualTo("different");
    assertThat(first.get("stored").stringValue()).isEqualTo("\"hello\"");
    assertThat(first.get("published").stringValue()).isEqualTo("\"goodbye\"");
    assertThat(stored("bot.greeted")).isEqualTo(3);
  }

  @Test
  void waysThatExcludeEachOtherAreWrongUsage() {
    assertThat(on("replay", "--from", "earliest", "--as", "x").code).isEqualTo(Exit.USAGE);
    assertThat(on("replay", "--from", "earliest", "--rate", "5").code).isEqualTo(Exit.USAGE);
    assertThat(on("replay", "--from", "earliest", "--into", "x", "--shadow", "y").code)
        .isEqualTo(Exit.USAGE);
    assertThat(on("subscribe", "s", "user.*", "--publish").code).isEqualTo(Exit.USAGE);
  }
}

package dev.rookery.cli;

import static dev.rookery.cli.Command.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.EventRejected;
import dev.rookery.Subscription;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class VerbsTest {
  @TempDir Path folder;
  private final String address = "memory:" + UUID.randomUUID();
  private final EventBus bus = EventBus.open(address);

  @AfterEach
  void close() {
    bus.close();
  }

  @Test
  void publishAnswersWithTheReceipt() {
    Command command =
        on("publish", "user.message.received", "--json", "--key", "k", "--data", "{\"a\":1}");

    assertThat(command.code).isZero();
    JsonNode receipt = command.json().getFirst();
    assertThat(receipt.propertyNames())
        .containsExactly("id", "stream", "partition", "position", "durability", "duplicate");
    assertThat(receipt.get("stream").stringValue()).isEqualTo("user");
    assertThat(receipt.get("position").isString()).isTrue();
  }

  @Test
  void publishingTheSameIdAgainSaysDuplicate() {
    on("publish", "a.b", "--id", "x", "--source", "s");
    Command again = on("publish", "a.b", "--id", "x", "--source", "s", "--json");

    assertThat(again.json().getFirst().get("duplicate").booleanValue()).isTrue();
  }

  @Test
  void publishDryRunStoresNothing() {
    Command command = on("publish", "a.b", "--dry-run", "--json");

    assertThat(command.code).isZero();
    assertThat(command.json().getFirst().get("stream").stringValue()).isEqualTo("bot");
    assertThat(stored()).isEmpty();
  }

  @Test
  void eraseTakesAwayWhatWasSaidUnderAKey() {
    on("publish", "user.said", "--key", "alice", "--data", "{\"secret\":1}");
    on("publish", "user.said", "--key", "bob", "--data", "{\"public\":2}");

    assertThat(on("erase", "--key", "alice", "--dry-run").err())
        .contains("1 events of alice would");
    Command command = on("erase", "--key", "alice", "--json");

    assertThat(command.code).isZero();
    assertThat(command.json().getFirst().toString())
        .isEqualTo(
            "{\"key\":\"alice\",\"events\":1,\"before\":0,\"deadLetters\":0,\"dryRun\":false}");
    String tail = on("tail", "user.**", "--no-follow", "--json").out();
    assertThat(tail).contains("public").contains("erased").doesNotContain("secret");
    assertThat(on("erase", "--key", "alice", "--stream", "none").code).isEqualTo(Exit.FAILED);
    assertThat(on("audit").out()).contains("erase").contains("events 1");
  }

  @Test
  void publishRefusesDataThatIsNotJson() {
    Command command = on("publish", "a.b", "--data", "{oops");

    assertThat(command.code).isEqualTo(Exit.FAILED);
    assertThat(command.err()).contains("not JSON").doesNotContain("\tat ");
  }

  @Test
  void publishOfStandardInputAnswersEveryLineInOrder() {
    String lines =
        """
        {"type":"user.one","source":"s","id":"1","data":{"n":1}}
        {"type":"user.two","source":"s","id":"2","key":"k","correlation":"c"}

        not json
        {"id":"no type"}
        {"type":"user.five","source":"s","id":"5","data":{"big":12345678901234567890.10}}
        """;
    Command command = Command.fed(lines, "publish", "-", "--json", "--bus", address);

    assertThat(command.code).isEqualTo(Exit.FAILED);
    List<JsonNode> answers = command.json();
    assertThat(answers).hasSize(5);
    assertThat(answers.get(0).get("id").stringValue()).isEqualTo("1");
    assertThat(answers.get(1).get("id").stringValue()).isEqualTo("2");
    assertThat(answers.get(2).get("line").intValue()).isEqualTo(4);
    assertThat(answers.get(3).get("line").intValue()).isEqualTo(5);
    assertThat(answers.get(4).get("id").stringValue()).isEqualTo("5");
    assertThat(command.err()).contains("line 4: ").contains("line 5: ");
    assertThat(stored()).hasSize(3);
    JsonNode second = stored().get(1);
    assertThat(second.at("/event/partitionkey").stringValue()).isEqualTo("k");
    assertThat(second.at("/event/correlationid").stringValue()).isEqualTo("c");
    assertThat(on("tail", "user.five", "--no-follow", "--json").out())
        .contains("12345678901234567890.10");
  }

  @Test
  void aThousandLinesAreAnsweredInOrder() {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 1_200; i++) {
      lines.append("{\"type\":\"user.many\",\"source\":\"s\",\"id\":\"").append(i).append("\"}\n");
    }
    Command command = Command.fed(lines.toString(), "publish", "-", "--json", "--bus", address);

    assertThat(command.code).isZero();
    List<JsonNode> answers = command.json();
    assertThat(answers).hasSize(1_200);
    for (int i = 0; i < answers.size(); i++) {
      assertThat(answers.get(i).get("id").stringValue()).isEqualTo(Integer.toString(i));
    }
  }

  @Test
  void tailPrintsEventsInTheirFixedShape() {
    bus.publish(Draft.of("user.a", "{\"x\":1}").key("k"));
    bus.publish(Draft.of("bot.b"));

    List<JsonNode> lines = on("tail", "user.*", "--no-follow", "--json").json();

    assertThat(lines).hasSize(1);
    JsonNode line = lines.getFirst();
    assertThat(line.propertyNames()).containsExactly("stream", "partition", "position", "event");
    assertThat(line.get("position").isString()).isTrue();
    JsonNode event = line.get("event");
    assertThat(event.get("specversion").stringValue()).isEqualTo("1.0");
    assertThat(event.get("type").stringValue()).isEqualTo("user.a");
    assertThat(event.get("partitionkey").stringValue()).isEqualTo("k");
    assertThat(event.at("/data/x").intValue()).isEqualTo(1);
  }

  @Test
  void tailEndsAfterItsCount() {
    for (int i = 0; i < 10; i++) {
      bus.publish(Draft.of("user.a"));
    }

    Command command = on("tail", "--from", "earliest", "--count", "3", "--json");

    assertThat(command.code).isZero();
    assertThat(command.json()).hasSize(3);
  }

  @Test
  void tailThatFollowsEndsWhenInterrupted() {
    Command command = Command.prepared("");
    command.interruption.request();
    command.with("tail", "--bus", address);

    assertThat(command.code).isEqualTo(Exit.INTERRUPTED);
  }

  @Test
  void tailShowsTerminalEscapesOfOthersAsText() {
    bus.publish(Draft.of("user.a", "{\"t\":\"\\u001b[2J\u009b31mred\"}"));

    String human = on("tail", "--no-follow").out();
    String json = on("tail", "--no-follow", "--json").out();

    assertThat(human).doesNotContain("\u001b").doesNotContain("\u009b").contains("\\u009b31mred");
    assertThat(json).doesNotContain("\u009b").contains("\\u009b31mred");
  }

  @Test
  void subscribeHandlesItsCountAndKeepsItsPlace() {
    for (int i = 1; i <= 4; i++) {
      bus.publish(Draft.of("user.a", "{\"n\":" + i + "}"));
    }

    Command first = on("subscribe", "s", "user.*", "--from", "earliest", "--count", "2", "--json");
    Command second = on("subscribe", "s", "--count", "2", "--json");

    assertThat(first.code).isZero();
    assertThat(first.json())
        .extracting(line -> line.at("/event/data/n").intValue())
        .containsExactly(1, 2);
    assertThat(first.json().getFirst().get("attempt").intValue()).isEqualTo(1);
    assertThat(second.json())
        .extracting(line -> line.at("/event/data/n").intValue())
        .containsExactly(3, 4);
  }

  @Test
  void subscribeNeedsPatternsForANewSubscription() {
    assertThat(on("subscribe", "nobody").code).isEqualTo(Exit.USAGE);
  }

  @Test
  void execGetsTheEventAndItsExitCodeDecides() throws Exception {
    Path seen = folder.resolve("seen");
    bus.publish(Draft.of("user.a", "{\"n\":1}"));
    bus.publish(Draft.of("user.a", "{\"n\":2}"));
    String script =
        "event=$(cat); echo \"$ROOKERY_ATTEMPT $event\" >> "
            + seen
            + "; case $event in *'\"n\":1'*) exit 65;; esac; [ $ROOKERY_ATTEMPT -gt 1 ]";

    Command command =
        on("subscribe", "s", "user.*", "--from", "earliest", "--count", "1", "--exec", script);

    assertThat(command.code).isZero();
    List<String> lines = Files.readAllLines(seen);
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).startsWith("1 {").contains("\"n\":1");
    assertThat(lines.get(2)).startsWith("2 {").contains("\"n\":2");
    assertThat(on("dead-letters", "--json").json())
        .singleElement()
        .satisfies(letter -> assertThat(letter.get("reason").stringValue()).isEqualTo("rejected"));
  }

  @Test
  void subscriptionsArePausedResumedRewoundAndRemoved() throws Exception {
    bus.publish(Draft.of("user.a"));
    bus.subscribe(Subscription.of("s", "user.*"), event -> {}).close();

    assertThat(on("pause", "s").code).isZero();
    JsonNode paused = on("subscriptions", "s", "--json").json().getFirst();
    assertThat(paused.get("paused").booleanValue()).isTrue();
    assertThat(paused.get("lagEvents").longValue()).isZero();
    on("resume", "s");
    JsonNode move = on("rewind", "s", "--to", "earliest", "--dry-run", "--json").json().getFirst();
    assertThat(move.get("events").longValue()).isEqualTo(1);
    assertThat(on("rewind", "s", "--to", "earliest").code).isZero();
    assertThat(on("subscriptions", "--json").json().getFirst().get("lagEvents").longValue())
        .isEqualTo(1);
    on("remove", "s", "--dry-run");
    assertThat(bus.operations().subscriptions()).hasSize(1);
    on("remove", "s");
    assertThat(bus.operations().subscriptions()).isEmpty();
  }

  @Test
  void whatDoesNotExistIsSaidWithTheNextStep() {
    Command command = on("pause", "nobody");

    assertThat(command.code).isEqualTo(Exit.FAILED);
    assertThat(command.err()).contains("no subscription nobody").contains("rookery subscriptions");
    assertThat(on("event", "nothing").code).isEqualTo(Exit.FAILED);
  }

  @Test
  void traceShowsCausesAboveTheirEffects() {
    bus.publish(Draft.of("user.asked").id("talk").source("ann"));
    bus.publish(Draft.of("bot.answered").id("a").correlation("talk").causation("talk").source("b"));
    bus.publish(Draft.of("user.left").id("l").correlation("talk").causation("gone").source("c"));

    Command people = on("trace", "talk");
    Command program = on("trace", "talk", "--json");

    assertThat(people.code).isZero();
    assertThat(people.out().lines())
        .satisfiesExactly(
            root -> assertThat(root).startsWith("user.asked  from ann").endsWith("talk"),
            effect -> assertThat(effect).startsWith("  bot.answered  from b").endsWith("  a"),
            left -> assertThat(left).startsWith("user.left").contains("caused by gone"));
    assertThat(program.json())
        .extracting(line -> line.get("cause").stringValue())
        .containsExactly("none", "above", "missing");
    assertThat(program.json().get(1).get("depth").intValue()).isEqualTo(1);
    assertThat(on("trace", "nobody's").code).isEqualTo(Exit.FAILED);
  }

  @Test
  void anEventSaysWhyItWaitsAndWhichLetterKeepsIt() {
    bus.publish(Draft.of("user.a").id("one"));
    Subscription s = Subscription.of("s", "user.*").from(dev.rookery.Start.earliest());
    try (var _ =
        bus.subscribe(
            s,
            event -> {
              throw new EventRejected("never");
            })) {
      await().until(() -> on("dead-letters", "--json").json().size() == 1);
    }

    JsonNode delivery = on("event", "one", "--json").json().getFirst().at("/deliveries/0");

    assertThat(delivery.get("state").stringValue()).isEqualTo("dead");
    assertThat(delivery.get("deadLetter").stringValue()).startsWith("s:user");
    assertThat(delivery.at("/failures/0/error").stringValue()).contains("never");
    assertThat(on("event", "one").out()).contains("DEAD LETTER").contains("never");
  }

  @Test
  void deadLettersAreShownRedrivenAndDiscarded() {
    List<String> handled = new CopyOnWriteArrayList<>();
    bus.publish(Draft.of("user.a").id("one"));
    bus.publish(Draft.of("user.a").id("two"));
    Subscription s = Subscription.of("s", "user.*").from(dev.rookery.Start.earliest());
    try (var _ =
        bus.subscribe(
            s,
            event -> {
              throw new EventRejected("never");
            })) {
      await().until(() -> on("dead-letters", "--json").json().size() == 2);
    }
    String id = on("dead-letters", "list", "--json").json().getFirst().get("id").stringValue();

    assertThat(
            on("dead-letters", "show", id, "--json")
                .json()
                .getFirst()
                .at("/event/id")
                .stringValue())
        .isEqualTo("one");
    assertThat(on("dead-letters", "redrive").code).isEqualTo(Exit.USAGE);
    Command plan = on("dead-letters", "redrive", id, "--dry-run", "--json");
    assertThat(plan.json().getFirst().get("redriven").intValue()).isEqualTo(1);
    assertThat(on("dead-letters", "redrive", id).code).isZero();
    try (var _ = bus.subscribe(s, event -> handled.add(event.id()))) {
      await().until(() -> handled.contains("one"));
    }
    assertThat(
            on("dead-letters", "discard", "--subscription", "s", "--json")
                .json()
                .getFirst()
                .get("discarded")
                .intValue())
        .isEqualTo(1);
    assertThat(on("dead-letters", "--json").json()).isEmpty();
  }

  @Test
  void replayPrintsWhatIsStoredAndThePlanFirst() {
    for (int i = 0; i < 5; i++) {
      bus.publish(Draft.of("user.a"));
    }

    Command command = on("replay", "user.*", "--from", "earliest", "--json");

    assertThat(command.code).isZero();
    assertThat(command.json()).hasSize(5);
    assertThat(command.err()).contains("plan: ");
    assertThat(on("replay", "--from", "earliest", "--dry-run").out()).isEmpty();
  }

  @Test
  void replayIntoASubscriptionHandsItsEventsOutAgain() {
    List<String> handled = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 5; i++) {
      bus.publish(Draft.of("user.a"));
    }
    Subscription s = Subscription.of("s", "user.*").from(dev.rookery.Start.earliest());
    try (var _ = bus.subscribe(s, event -> handled.add(event.id()))) {
      await().until(() -> handled.size() == 5);

      Command command = on("replay", "--into", "s", "--from", "earliest");

      assertThat(command.code).isZero();
      assertThat(command.err()).contains("5 events again").contains("has handled");
      assertThat(handled).hasSize(10);
    }
  }

  @Test
  void replayThatIsCancelledPutsTheSubscriptionBack() {
    for (int i = 0; i < 5; i++) {
      bus.publish(Draft.of("user.a"));
    }
    bus.subscribe(Subscription.of("s", "user.*"), event -> {}).close();
    Command command = Command.prepared("");
    command.interruption.request();

    command.with("replay", "--into", "s", "--from", "earliest", "--bus", address);

    assertThat(command.code).isEqualTo(Exit.INTERRUPTED);
    assertThat(bus.operations().subscription("s").lagEvents()).isZero();
  }

  @Test
  void streamsEventsAndDoctorAnswer() {
    bus.publish(Draft.of("user.a").id("one"));
    bus.subscribe(Subscription.of("s", "user.*").from(dev.rookery.Start.earliest()), e -> {})
        .close();

    JsonNode user =
        on("streams", "--json").json().stream()
            .filter(line -> line.get("stream").stringValue().equals("user"))
            .findFirst()
            .orElseThrow();
    assertThat(user.get("events").longValue()).isEqualTo(1);
    JsonNode event = on("event", "one", "--json").json().getFirst();
    assertThat(event.at("/deliveries/0/subscription").stringValue()).isEqualTo("s");
    assertThat(on("doctor", "--json").json())
        .anySatisfy(line -> assertThat(line.get("kind").stringValue()).isEqualTo("weakness"));
  }

  @Test
  void accessRightsArePrintedForAStoreThatHasAny() {
    assertThat(Command.run("acl", "redis").out()).contains("ACL SETUSER {user} reset on");
    assertThat(Command.run("acl", "postgresql").out()).contains("CREATE ROLE rookery_server");
    assertThat(Command.run("acl", "../passwords").code).isEqualTo(Exit.USAGE);
    assertThat(Command.run("acl", "memory").err()).contains("'memory' has no access rights");
  }

  private Command on(String... arguments) {
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--bus";
    all[arguments.length + 1] = address;
    return Command.run(all);
  }

  private List<JsonNode> stored() {
    return on("tail", "--no-follow", "--json").json();
  }
}

package dev.rookery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.EventBus;
import dev.rookery.Subscription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class AuditVerbTest {
  private static final String SECRET = "a secret that only these tests know of";
  private static final Map<String, String> KEYED = Map.of("ROOKERY_AUDIT_KEY", SECRET);

  @TempDir Path folder;
  private final String address = "memory:" + UUID.randomUUID();
  private final EventBus bus = EventBus.open(address);

  @BeforeEach
  void subscribe() {
    bus.subscribe(Subscription.of("watcher", "user.*"), event -> {}).close();
  }

  @AfterEach
  void close() {
    bus.close();
  }

  private Command on(Map<String, String> env, String... arguments) {
    String[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--bus";
    all[arguments.length + 1] = address;
    return Command.in(env).with(all);
  }

  @Test
  void actsAreListedWithWhoDidThemAndWhatCameOfIt() {
    assertThat(on(Map.of(), "audit").err()).contains("no acts are recorded");
    on(Map.of(), "pause", "watcher");
    on(Map.of(), "rewind", "watcher", "--to", "earliest");
    on(Map.of(), "rewind", "watcher", "--to", "earliest", "--dry-run");

    JsonNode pause = on(Map.of(), "audit", "--json").json().getFirst();
    assertThat(pause.get("act").stringValue()).isEqualTo("pause");
    assertThat(pause.get("target").stringValue()).isEqualTo("watcher");
    assertThat(pause.get("outcome").stringValue()).isEqualTo("done");
    assertThat(pause.get("who").stringValue()).isEqualTo(System.getProperty("user.name"));
    assertThat(pause.get("authenticated").booleanValue()).isFalse();
    assertThat(on(Map.of(), "audit").out())
        .contains("(not authenticated)", "to earliest", "user/0 ")
        .containsOnlyOnce("rewind");
    assertThat(on(Map.of(), "audit", "--limit", "1").out()).doesNotContain("pause");
  }

  @Test
  void aPlainChainIsWholeAndSaysWhatItCannotShow() {
    on(Map.of(), "pause", "watcher");

    Command verify = on(Map.of(), "audit", "verify");

    assertThat(verify.code).isZero();
    assertThat(verify.out()).contains("whole: 2 records of 1 writers, 1 acts (0 unfinished)");
    assertThat(verify.err()).contains("no key");
  }

  @Test
  void theKeyComesFromTheEnvironmentAFileOrTheConfiguration() throws IOException {
    Path key =
        Files.createFile(
            folder.resolve("audit.key"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(key, SECRET + "\n");
    Path config =
        Files.writeString(
            folder.resolve("rookery.json"), "{\"audit\":{\"keyFile\":\"audit.key\"}}");
    on(KEYED, "pause", "watcher");

    assertThat(on(KEYED, "audit", "verify").code).isZero();
    assertThat(on(Map.of("ROOKERY_AUDIT_KEY_FILE", key.toString()), "audit", "verify").code)
        .isZero();
    assertThat(on(Map.of(), "audit", "verify", "--config", config.toString()).code).isZero();
    Command other = on(Map.of("ROOKERY_AUDIT_KEY", SECRET + "!"), "audit", "verify", "--json");
    assertThat(other.code).isEqualTo(Exit.FAILED);
    assertThat(other.json().getFirst().at("/problems/0/kind").stringValue()).isEqualTo("wrong-key");
    assertThat(on(Map.of(), "audit", "verify").code).isEqualTo(Exit.FAILED);
    assertThat(other.out() + other.err()).doesNotContain(SECRET);
  }

  @Test
  void aKeyThatOthersMayReadIsRefused() throws IOException {
    Path key = Files.writeString(folder.resolve("audit.key"), SECRET);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
    Map<String, String> env = Map.of("ROOKERY_AUDIT_KEY_FILE", key.toString());

    Command refused = on(env, "audit", "verify");

    assertThat(refused.code).isEqualTo(Exit.USAGE);
    assertThat(refused.err()).contains("chmod 600").doesNotContain(SECRET);
    assertThat(on(Map.of("ROOKERY_AUDIT_KEY", "short"), "audit").code).isEqualTo(Exit.USAGE);
  }

  @Test
  void aCheckpointIsWrittenAndVerifyGoesOnFromIt() {
    Path file = folder.resolve("checkpoint.json");
    on(KEYED, "pause", "watcher");
    assertThat(on(KEYED, "audit", "checkpoint", "--to", file.toString()).code).isZero();
    on(KEYED, "resume", "watcher");

    Command verify = on(KEYED, "audit", "verify", "--from", file.toString());

    assertThat(verify.out()).contains("whole: 2 records of 1 writers, 1 acts");
    assertThat(on(KEYED, "audit", "verify").out()).contains("whole: 4 records of 2 writers");
    Command other =
        on(Map.of("ROOKERY_AUDIT_KEY", SECRET + "!"), "audit", "verify", "--from", file.toString());
    assertThat(other.code).isEqualTo(Exit.FAILED);
    assertThat(other.err()).contains("not sealed with this key");
    assertThat(on(KEYED, "audit", "verify", "--from", folder.resolve("none").toString()).code)
        .isEqualTo(Exit.USAGE);
  }

  @Test
  void pastAttemptsAreShownWhereTheAuditRecordsThem() throws IOException {
    Path config =
        Files.writeString(folder.resolve("rookery.json"), "{\"audit\":{\"deliveries\":[\"*\"]}}");
    on(Map.of(), "publish", "user.said", "--id", "one", "--source", "s");
    on(
        Map.of(),
        "subscribe",
        "second",
        "user.*",
        "--from",
        "earliest",
        "--count",
        "1",
        "--config",
        config.toString());

    Command event = on(Map.of(), "event", "one", "--config", config.toString());

    assertThat(event.out()).contains("SETTLEMENT", "second", "handled", "ack");
    assertThat(
            on(Map.of(), "event", "one", "--json", "--config", config.toString())
                .json()
                .getFirst()
                .at("/tried/0/attempt")
                .intValue())
        .isEqualTo(1);
    assertThat(on(Map.of(), "event", "one").out()).doesNotContain("SETTLEMENT");
  }
}

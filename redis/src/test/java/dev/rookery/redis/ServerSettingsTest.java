package dev.rookery.redis;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Durability;
import dev.rookery.InvalidInput;
import dev.rookery.LogFailed;
import dev.rookery.PublishRejected;
import dev.rookery.spi.Appended;
import dev.rookery.testkit.Samples;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the settings of a server are worth, and that it is said. */
class ServerSettingsTest {
  private static final Map<String, String> SAFE =
      Map.of(
          "appendonly", "yes",
          "appendfsync", "always",
          "no-appendfsync-on-rewrite", "no",
          "maxmemory", "1000000000",
          "maxmemory-policy", "noeviction");

  private static ServerSettings judged(Map<String, String> found, Durability demanded) {
    return ServerSettings.judged("redis://one:6379", found, demanded);
  }

  private static Map<String, String> safeWith(String... more) {
    Map<String, String> found = new TreeMap<>(SAFE);
    for (int i = 0; i < more.length; i += 2) {
      found.put(more[i], more[i + 1]);
    }
    return found;
  }

  @ParameterizedTest
  @CsvSource({
    "everysec, 7.2.4, FSYNCED, FSYNCED",
    "everysec, 8.0.1, FSYNCED, FSYNCED",
    "everysec, 7.2.4, ACCEPTED, ACCEPTED",
    "everysec, 7.0.15, FSYNCED, ACCEPTED",
    "no, 7.2.4, FSYNCED, ACCEPTED",
  })
  void aServerThatSyncsEverySecondIsWaitedForWhereThatIsDemandedAndItKnowsHow(
      String rhythm, String version, Durability demanded, Durability given) {
    ServerSettings settings =
        judged(safeWith("appendfsync", rhythm, "redis_version", version), demanded);

    assertThat(settings.durability()).isEqualTo(given);
    assertThat(settings.waits())
        .isEqualTo(given == Durability.FSYNCED ? List.of(Wait.SYNC) : List.of());
    assertThat(settings.weaknesses()).hasSize(given == Durability.FSYNCED ? 0 : 1);
  }

  @ParameterizedTest
  @CsvSource({
    "always, 1, REPLICATED, REPLICATED",
    "always, 1, FSYNCED, FSYNCED",
    "always, 0, REPLICATED, FSYNCED",
    "everysec, 1, REPLICATED, ACCEPTED",
  })
  void aReplicaIsWaitedForWhereThatIsDemandedAndWhatItKeepsIsSynced(
      String rhythm, String replicas, Durability demanded, Durability given) {
    ServerSettings settings =
        judged(
            safeWith(
                "appendfsync", rhythm, "connected_slaves", replicas, "redis_version", "7.0.15"),
            demanded);

    assertThat(settings.durability()).isEqualTo(given);
    assertThat(settings.waits())
        .isEqualTo(given == Durability.REPLICATED ? List.of(Wait.REPLICA) : List.of());
  }

  @Test
  void aSafeServerHasNoWeaknessAndSyncs() {
    ServerSettings settings = judged(SAFE, Durability.ACCEPTED);

    assertThat(settings).isEqualTo(new ServerSettings(Durability.FSYNCED, List.of(), List.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "appendonly, no, ACCEPTED",
    "appendfsync, everysec, ACCEPTED",
    "appendfsync, no, ACCEPTED",
    "no-appendfsync-on-rewrite, yes, ACCEPTED",
    "maxmemory-policy, allkeys-lru, FSYNCED",
    "maxmemory, 0, FSYNCED"
  })
  void everyUnsafeSettingIsNamedInOneLine(String name, String value, Durability level) {
    Map<String, String> found = new TreeMap<>(SAFE);
    found.put(name, value);

    ServerSettings settings = judged(found, Durability.ACCEPTED);

    assertThat(settings.durability()).isEqualTo(level);
    assertThat(settings.weaknesses()).hasSize(1);
    assertThat(settings.weaknesses().getFirst())
        .startsWith("redis://one:6379: " + name + " is " + value);
  }

  @Test
  void aServerThatSyncsGivesWhatIsDemanded() {
    try (TestServer server = TestServer.start("save \"\"", "appendonly yes", "appendfsync always");
        Opened opened = Opened.at(server.address() + "?durability=fsynced")) {
      Appended answer = opened.log().append(Opened.BOT, Samples.appends("a")).getFirst();

      assertThat(answer).isEqualTo(new Appended.Stored(answer.position(), Durability.FSYNCED));
    }
  }

  @Test
  void aServerThatDoesNotSyncIsRefusedWhereItIsDemanded() {
    String address = TestServer.shared().address() + "?durability=fsynced";

    assertThatThrownBy(() -> Opened.at(address))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("appendonly is no");
  }

  @Test
  void aServerThatNoLongerSyncsIsNoticedAndRefusedWhereItIsDemanded() {
    try (TestServer server = TestServer.start("save \"\"", "appendonly yes", "appendfsync always");
        Opened demanding = Opened.at(server.address() + "?durability=fsynced");
        Opened opened = Opened.at(server.address())) {
      demanding.log().listen(partition -> {});
      opened.log().listen(partition -> {});

      server.ask("CONFIG", "SET", "appendfsync", "no");

      soon().until(() -> opened.backend().capabilities().durability() == Durability.ACCEPTED);
      assertThat(opened.log().append(Opened.BOT, Samples.appends("a"))).hasSize(1);
      soon()
          .untilAsserted(() ->
              assertThatThrownBy(() -> demanding.log().append(Opened.BOT, Samples.appends("b")))
                  .isInstanceOf(PublishRejected.class)
                  .hasMessageContaining("appendfsync is no"));
    }
  }

  @Test
  void settingsThatCannotBeReadAreAWeaknessAndNoFailure() {
    TestServer server = TestServer.shared();
    server.ask("ACL", "SETUSER", "bot", "on", ">secret", "~*", "&*", "+@all", "-config");

    try (Opened opened = Opened.at("redis://bot:secret@127.0.0.1:" + server.port())) {
      assertThat(opened.backend().capabilities().durability()).isEqualTo(Durability.ACCEPTED);
      assertThat(opened.backend().capabilities().weaknesses())
          .singleElement()
          .asString()
          .contains("cannot be read")
          .doesNotContain("secret");
    }
  }

  @Test
  void aWrongPasswordIsRefusedWithoutBeingShown() {
    String address = "redis://bot:wrong@127.0.0.1:" + TestServer.shared().port();

    assertThatThrownBy(() -> Opened.at(address))
        .isInstanceOf(LogFailed.class)
        .hasMessageContaining("WRONGPASS")
        .hasMessageNotContaining(":wrong");
  }
}

package dev.rookery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
  @TempDir Path folder;

  @Test
  void anEmptyFileIsTheStandard() throws IOException {
    BusConfig config = load("{}");

    assertThat(config.streams()).isEqualTo(BusConfig.standard().streams());
    assertThat(config.routes()).isEqualTo(BusConfig.STANDARD_ROUTES);
    assertThat(config.limits()).isEqualTo(Limits.STANDARD);
    assertThat(config.catalogue().find("message.received")).isPresent();
  }

  @Test
  void everySettingIsRead() throws IOException {
    Files.writeString(folder.resolve("order.schema.json"), "{\"type\":\"object\"}");
    BusConfig config =
        load(
            """
            {
              "source": "shop",
              "streams": {
                "user": {"partitions": 4, "retainAge": "30d", "retainBytes": "4GB"},
                "orders": {"retainAge": null, "archiveAge": "90d", "archiveBytes": "20GB"}
              },
              "routes": [{"pattern": "order.**", "stream": "orders"}],
              "catalogue": {
                "order.placed": {
                  "aliases": ["purchase.made"], "stream": "orders", "key": "/customer",
                  "version": 2, "schema": "order.schema.json", "validation": "warn",
                  "owner": "till", "sensitive": ["/card"], "effect": "external"
                }
              },
              "limits": {"eventBytes": "64KiB", "hops": 3},
              "claimTtl": "PT2S",
              "idWindow": "1h"
            }
            """);

    assertThat(config.source()).isEqualTo("shop");
    StreamConfig user = config.stream("user").orElseThrow();
    assertThat(user.partitions()).isEqualTo(4);
    assertThat(user.retainAge()).contains(Duration.ofDays(30));
    assertThat(user.retainBytes()).contains(4_000_000_000L);
    assertThat(user.archiveAge()).isEmpty();
    assertThat(user.archiveBytes()).isEmpty();
    StreamConfig orders = config.stream("orders").orElseThrow();
    assertThat(orders.retainAge()).isEmpty();
    assertThat(orders.archiveAge()).contains(Duration.ofDays(90));
    assertThat(orders.archiveBytes()).contains(20_000_000_000L);
    assertThat(config.stream("bot").orElseThrow().retainAge()).contains(Duration.ofDays(7));
    assertThat(config.streamOf("order.cancelled")).isEqualTo("orders");
    EventTypeInfo type = config.catalogue().find("purchase.made").orElseThrow();
    assertThat(type.keyPointer()).contains("/customer");
    assertThat(type.version()).isEqualTo(2);
    assertThat(type.schema().orElseThrow().get("type").stringValue()).isEqualTo("object");
    assertThat(type.validation()).isEqualTo(EventTypeInfo.Validation.WARN);
    assertThat(type.owner()).contains("till");
    assertThat(type.sensitive()).containsExactly("/card");
    assertThat(type.effect()).isEqualTo(SideEffect.EXTERNAL);
    assertThat(config.limits().eventBytes()).isEqualTo(65_536);
    assertThat(config.limits().hops()).isEqualTo(3);
    assertThat(config.limits().depth()).isEqualTo(64);
    assertThat(config.claimTtl()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.idWindow()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void aSchemaIsEnforcedUnlessTheFileSaysOtherwise() throws IOException {
    BusConfig config = load("{\"catalogue\":{\"a.b\":{\"schema\":{\"type\":\"object\"}}}}");

    assertThat(config.catalogue().find("a.b").orElseThrow().validation())
        .isEqualTo(EventTypeInfo.Validation.ENFORCE);
  }

  @Test
  void aStandardTypeGivesWayToOneOfTheFileThatUsesItsNames() throws IOException {
    BusConfig config = load("{\"catalogue\":{\"message.received\":{\"key\":\"/chat\"}}}");

    assertThat(config.catalogue().find("message.received").orElseThrow().keyPointer())
        .contains("/chat");
    assertThat(config.catalogue().find("user.message.received")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"stream\": {}} | rookery.json: stream is not known",
        "{\"streams\": []} | rookery.json: streams is []; it takes an object",
        "{\"streams\": {\"user\": {\"partition\": 4}}} | rookery.json: streams.user.partition is not known",
        "{\"streams\": {\"user\": {\"partitions\": \"4\"}}} | streams.user.partitions is \"4\"; it takes a whole number",
        "{\"streams\": {\"user\": {\"partitions\": 4.5}}} | it takes a whole number",
        "{\"streams\": {\"user\": {\"partitions\": 0}}} | rookery.json: stream user has 0 partitions",
        "{\"streams\": {\"user\": {\"retainAge\": \"7 moons\"}}} | streams.user.retainAge is \"7 moons\"; it takes a duration",
        "{\"streams\": {\"user\": {\"retainBytes\": \"4 QB\"}}} | it takes a number of bytes",
        "{\"streams\": {\"user\": {\"retainBytes\": -1}}} | it takes a number of bytes",
        "{\"streams\": {\"user\": {\"archiveAge\": \"6d\"}}} | rookery.json: archiveAge of stream user is shorter than its retainAge",
        "{\"streams\": {\"user\": {\"archiveBytes\": 0}}} | streams.user.archiveBytes is 0; it takes a number of bytes",
        "{\"routes\": [{\"pattern\": \"a.**\"}]} | rookery.json: routes[0] has no stream",
        "{\"routes\": [{\"pattern\": \"a.**\", \"stream\": \"nowhere\"}]} | leads to the stream nowhere",
        "{\"routes\": [{\"pattern\": \"a..b\", \"stream\": \"bot\"}]} | 'a..b' is no pattern",
        "{\"catalogue\": {\"a.b\": {\"key\": \"channel\"}}} | catalogue.a.b.key is \"channel\"; it takes a JSON pointer",
        "{\"catalogue\": {\"a.b\": {\"validation\": \"maybe\"}}} | it takes off or warn or enforce",
        "{\"catalogue\": {\"a.b\": {\"schema\": \"missing.json\"}}} | catalogue.a.b.schema names",
        "{\"limits\": {\"eventBytes\": \"4GB\"}} | limits.eventBytes is \"4GB\"; it takes less than 2 GiB",
        "{\"claimTtl\": 5} | rookery.json: claimTtl is 5; it takes a duration",
        "{\"source\": 5} | rookery.json: source is 5; it takes text",
        "{\"source\": \"a\", \"source\": \"b\"} | Duplicate",
        "[] | rookery.json: is []; it takes an object",
        "{\"source\": | rookery.json: not JSON, line 1",
      })
  void whatIsWrongIsNamedWithItsPlace(String json, String message) {
    assertThatThrownBy(() -> load(json))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining(message);
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> BusConfig.load(folder.resolve("none.json")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("none.json");
  }

  private BusConfig load(String json) throws IOException {
    return BusConfig.load(Files.writeString(folder.resolve("rookery.json"), json));
  }
}

package dev.rookery.server;

import static dev.rookery.server.ServedBus.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.BackendUnavailable;
import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.EventRejected;
import dev.rookery.Json;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Subscription;
import java.net.http.HttpResponse;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@Timeout(120)
class StatusTest {
  @AutoClose private final ServedBus served = new ServedBus();

  private JsonNode json(String path) {
    return Json.MAPPER.readTree(served.get(path).body());
  }

  @Test
  void theProbesSayThatTheServerLivesAndIsReady() {
    assertThat(json("/health/live").get("live").asBoolean()).isTrue();
    assertThat(served.get("/health/ready").statusCode()).isEqualTo(200);
    assertThat(json("/health/ready").get("ready").asBoolean()).isTrue();
  }

  @Test
  void everyMetricHasAHelpAndATypeAndAName() {
    served.bus.publish(Draft.of("user.a"));
    served.get("/v1/streams");

    HttpResponse<String> answer = served.get("/metrics");

    assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
    Set<String> helped = names(answer.body(), "# HELP (\\S+) \\S.*");
    Set<String> typed = names(answer.body(), "# TYPE (\\S+) (?:counter|gauge|summary|histogram)");
    Set<String> samples =
        names(answer.body(), "([a-z_0-9]+)(?:\\{.*\\})? .*").stream()
            .map(name -> name.replaceAll("_(count|sum|bucket)$", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(typed).isEqualTo(helped);
    assertThat(helped).containsAll(samples);
    assertThat(answer.body())
        .contains(
            "rookery_published_total", "jvm_memory_used_bytes", "rookery_http_requests_seconds");
  }

  private static Set<String> names(String text, String line) {
    Pattern pattern = Pattern.compile(line);
    return text.lines()
        .map(pattern::matcher)
        .filter(Matcher::matches)
        .map(matcher -> matcher.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void theDescriptionsNameWhatThereIs() {
    JsonNode openapi = json("/openapi.json");
    JsonNode asyncapi = json("/asyncapi.json");

    for (String path : openapi.get("paths").propertyNames()) {
      if (openapi.get("paths").get(path).has("get") && !path.equals("/v1/stream")) {
        assertThat(served.get(path.replaceAll("\\{.*}", "x")).body())
            .as(path)
            .doesNotContain("nothing at this path");
      }
    }
    assertThat(asyncapi.get("components").get("messages").propertyNames())
        .contains("subscribe", "ack", "retry", "reject", "working", "publish", "event", "revoked");
  }

  @Test
  void theOverviewLoadsNothingFromElsewhere() {
    HttpResponse<String> page = served.get("/");

    assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'self'");
    assertThat(page.body()).doesNotContain("http:", "https:", "//");
    assertThat(served.get("/overview.js").body()).doesNotContain("innerHTML");
    assertThat(served.get("/overview.css").statusCode()).isEqualTo(200);
  }

  @Test
  void whatAnOperatorDoesCanBeTriedFirst() {
    served.bus.subscribe(
        Subscription.of("s", "user.*"),
        e -> {
          throw new EventRejected("no");
        });
    served.bus.publish(Draft.of("user.a"));
    await().until(() -> !served.bus.operations().deadLetters(DeadLetterFilter.ALL).isEmpty());

    HttpResponse<String> tried =
        served.post("/v1/dead-letters/discard?dryRun=true", "application/json", "");
    HttpResponse<String> rewind =
        served.post(
            "/v1/subscriptions/s/rewind",
            "application/json",
            "{\"to\":\"earliest\",\"dryRun\":true}");

    assertThat(Json.MAPPER.readTree(tried.body()).get("count").asInt()).isEqualTo(1);
    assertThat(served.bus.operations().deadLetters(DeadLetterFilter.ALL)).hasSize(1);
    assertThat(rewind.body()).contains("\"partition\":\"user/0\"", "\"to\":\"0\"");
    String id = served.bus.operations().deadLetters(DeadLetterFilter.ALL).getFirst().id();
    assertThat(served.get("/v1/dead-letters/" + id.replace("/", "%2F")).statusCode())
        .isEqualTo(200);
  }

  @Test
  void aReplayIsPlannedUpToWhatIsStoredNow() {
    served.bus.publish(Draft.of("user.a"));

    HttpResponse<String> plan =
        served.post(
            "/v1/replays",
            "application/json",
            "{\"name\":\"again\",\"patterns\":[\"user.*\"],\"from\":\"earliest\"}");

    JsonNode message = Json.MAPPER.readTree(plan.body());
    assertThat(message.get("op").asString()).isEqualTo("subscribe");
    assertThat(message.get("replay").asBoolean()).isTrue();
    assertThat(message.get("until").asString())
        .isEqualTo(served.bus.operations().latest().toString());
    assertThat(json("/v1/replays")).isEmpty();
  }

  @Test
  void subscribersAndSubscriptionsAreCounted() throws Exception {
    try (ServedBus small = new ServedBus(c -> c.maxSubscribers(2).maxSubscriptions(1));
        BareSocket one = new BareSocket(small.port());
        BareSocket two = new BareSocket(small.port())) {
      assertThatThrownBy(() -> new BareSocket(small.port())).hasMessageContaining("Handshake");
      one.say("{\"op\":\"subscribe\",\"name\":\"a\",\"patterns\":[\"**\"]}");
      one.hear("subscribed");
      two.say("{\"op\":\"subscribe\",\"name\":\"b\",\"patterns\":[\"**\"]}");
      assertThat(two.hear("error").get("type").asString()).endsWith("too-many-requests");
      two.say("{\"op\":\"subscribe\",\"name\":\"a\",\"patterns\":[\"**\"]}");
      two.hear("subscribed");
    }
  }

  @Test
  void anAddressThatIsTakenIsSaidByName() {
    ServerConfig taken = ServerConfig.of("127.0.0.1", served.port());

    assertThatThrownBy(() -> Server.start(served.bus, BusConfig.standard(), taken))
        .isInstanceOf(BackendUnavailable.class)
        .hasMessageContaining(Integer.toString(served.port()));
  }

  @Test
  void aServerThatIsClosedLeavesTheBusOpen() {
    served.server.close();

    assertThat(served.bus.publish(Draft.of("user.a")).stream()).isEqualTo("user");
    try (EventBus again = EventBus.open("memory:other")) {
      assertThat(again.operations().health().ready()).isTrue();
    }
  }
}

package dev.rookery.server;

import static dev.rookery.server.ServedBus.BATCH;
import static dev.rookery.server.ServedBus.SINGLE;
import static dev.rookery.server.ServedBus.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Json;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class PublishingOverHttpTest {
  @AutoClose private final ServedBus served = new ServedBus();

  private static JsonNode json(HttpResponse<String> response) {
    return Json.MAPPER.readTree(response.body());
  }

  @Test
  void oneEventIsAnsweredWithItsReceipt() {
    HttpResponse<String> answer = served.post("/v1/events", SINGLE, event("1", "user.a", "{}"));

    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(json(answer))
        .isEqualTo(
            Json.MAPPER.readTree(
                "{\"id\":\"1\",\"stream\":\"user\",\"partition\":0,\"position\":\"1\",\"durability\":\"memory\",\"duplicate\":false}"));
  }

  @Test
  void theSameEventAgainIsAnsweredWithTheFirstReceipt() {
    served.post("/v1/events", SINGLE, event("1", "user.a", "{}"));

    HttpResponse<String> again = served.post("/v1/events", SINGLE, event("1", "user.a", "{}"));

    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(json(again).get("duplicate").asBoolean()).isTrue();
    assertThat(json(again).get("position").asString()).isEqualTo("1");
  }

  @Test
  void anotherEventWithAKnownIdConflictsAndTheFirstOnesPlaceIsSaid() {
    served.post("/v1/events", SINGLE, event("1", "user.a", "{}"));

    HttpResponse<String> other = served.post("/v1/events", SINGLE, event("1", "user.a", "[1]"));

    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(other.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(json(other).get("type").asString()).isEqualTo("urn:rookery:problem:id-conflict");
    assertThat(json(other).get("stream").asString()).isEqualTo("user");
    assertThat(json(other).get("position").asString()).isEqualTo("1");
  }

  @Test
  void theStoredBytesAreTheSentBytes() {
    String data = "{ \"b\" : 1.00,\t\"a\":\"\\u00e4\\/\" }";
    served.post("/v1/events", SINGLE, event("1", "user.a", data));

    assertThat(served.get("/v1/events/1").body()).contains("\"data\":" + data);
  }

  @Test
  void aBatchIsAnsweredEventByEvent() {
    String batch = "[" + event("1", "user.a", "1") + "," + event("2", "bot.a", "2") + "]";

    HttpResponse<String> answer = served.post("/v1/events", BATCH, batch);

    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(json(answer).get(0).get("stream").asString()).isEqualTo("user");
    assertThat(json(answer).get(1).get("stream").asString()).isEqualTo("bot");
    assertThat(served.post("/v1/events", BATCH, batch).statusCode()).isEqualTo(200);
    assertThat(served.post("/v1/events", BATCH, "[]").statusCode()).isEqualTo(200);
  }

  @Test
  void aBatchWithMixedResultsSaysSo() {
    served.post("/v1/events", SINGLE, event("1", "user.a", "1"));
    String batch = "[" + event("1", "user.a", "\"x\"") + "," + event("2", "user.a", "2") + "]";

    HttpResponse<String> answer = served.post("/v1/events", BATCH, batch);

    assertThat(answer.statusCode()).isEqualTo(207);
    assertThat(json(answer).get(0).get("type").asString()).endsWith("id-conflict");
    assertThat(json(answer).get(0).get("status").asInt()).isEqualTo(409);
    assertThat(json(answer).get(1).get("position").asString()).isEqualTo("2");
  }

  @Test
  void oneBadEventOfABatchIsNamedAndNothingIsStored() {
    String batch = "[" + event("1", "user.a", "1") + "," + event("2", "user a", "2") + "]";

    HttpResponse<String> answer = served.post("/v1/events", BATCH, batch);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(json(answer).get("index").asInt()).isEqualTo(1);
    assertThat(json(answer).get("type").asString()).endsWith("invalid-event");
    assertThat(served.get("/v1/events/1").statusCode()).isEqualTo(404);
  }

  @Test
  void binaryModeTakesAttributesFromHeadersAndTheBodyAsItIs() {
    HttpResponse<String> answer =
        served.send(
            served
                .request("/v1/events")
                .header("ce-specversion", "1.0")
                .header("ce-id", "b1")
                .header("ce-source", "test")
                .header("ce-type", "user.a")
                .header("ce-partitionkey", "k%20%C3%A4")
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("plain")));

    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(served.get("/v1/events/b1").body())
        .contains("\"partitionkey\":\"k ä\"", "\"data_base64\":\"cGxhaW4=\"");
  }

  @Test
  void aPackedBodyIsUnpacked() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(event("1", "user.a", "{}").getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    HttpResponse<String> answer =
        served.send(
            served
                .request("/v1/events")
                .header("Content-Type", SINGLE + "; charset=utf-8")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(packed.toByteArray())));

    assertThat(answer.statusCode()).isEqualTo(201);
  }

  @Test
  void anotherMediaTypeIsRefused() {
    assertThat(served.post("/v1/events", "application/json", "{}").statusCode()).isEqualTo(415);
    assertThat(served.post("/v1/events", SINGLE + ";charset=latin1", "{}").statusCode())
        .isEqualTo(415);
  }
}

package dev.rookery.server;

import static dev.rookery.server.ServedBus.SINGLE;
import static dev.rookery.server.ServedBus.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Draft;
import dev.rookery.Json;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class HistoryAndStreamTest {
  @AutoClose private final ServedBus served = new ServedBus();
  @AutoClose private final HttpClient http = HttpClient.newHttpClient();

  private void publish(int from, int to) {
    for (int i = from; i <= to; i++) {
      served.bus.publish(Draft.of("user.n", Integer.toString(i)).id("e" + i).source("test"));
    }
  }

  @Test
  void historyIsPagedByToken() {
    publish(1, 5);

    JsonNode first = Json.MAPPER.readTree(served.get("/v1/events?pattern=user.*&limit=3").body());
    JsonNode second =
        Json.MAPPER.readTree(
            served
                .get("/v1/events?pattern=user.*&limit=3&from=" + first.get("next").asString())
                .body());

    assertThat(first.get("events").findValuesAsString("id")).containsExactly("e1", "e2", "e3");
    assertThat(second.get("events").findValuesAsString("id")).containsExactly("e4", "e5");
    assertThat(second.get("end").asBoolean()).isTrue();
  }

  @Test
  void anEventIsShownWithWhatBecameOfIt() {
    publish(1, 1);

    JsonNode reports = Json.MAPPER.readTree(served.get("/v1/events/e1").body());

    assertThat(reports.get(0).get("position").asString()).isEqualTo("1");
    assertThat(reports.get(0).get("event").get("data").asInt()).isEqualTo(1);
    assertThat(served.get("/v1/events/none").statusCode()).isEqualTo(404);
  }

  @Test
  void aStreamBeginsWhereItIsAskedTo() throws Exception {
    publish(1, 3);

    List<Message> messages = stream("/v1/stream?pattern=user.*&from=earliest", null, 3);

    assertThat(messages).extracting(Message::data).containsExactly("1", "2", "3");
  }

  @Test
  void aStreamResumesAfterTheLastIdWithNothingLostOrTwice() throws Exception {
    publish(1, 4);
    List<Message> messages = stream("/v1/stream?from=earliest", null, 2);
    served.bus.publish(Draft.of("bot.n", "7").id("b7"));

    List<Message> more = stream("/v1/stream?from=earliest", messages.getLast().id(), 3);

    assertThat(more).extracting(Message::data).containsExactlyInAnyOrder("3", "4", "7");
    assertThat(more).extracting(Message::data).containsSubsequence("3", "4");
  }

  @Test
  void aStreamGoesOnWithWhatIsStoredLater() throws Exception {
    HttpResponse<java.io.InputStream> response = open("/v1/stream?pattern=user.*", null);
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/event-stream");
    publish(1, 2);

    assertThat(read(response, 2)).extracting(Message::data).containsExactly("1", "2");
  }

  @Test
  void dataOverSeveralLinesStaysOneMessage() throws Exception {
    served.post("/v1/events", SINGLE, event("1", "user.a", "[1,\r\n 2,\n 3]"));

    List<Message> messages = stream("/v1/stream?from=earliest", null, 1);

    assertThat(messages.getFirst().data()).isEqualTo("[1,2,3]");
  }

  /** One message, with the data of its event. */
  private record Message(String id, String data) {}

  private List<Message> stream(String path, String lastId, int count) throws Exception {
    return read(open(path, lastId), count);
  }

  private HttpResponse<java.io.InputStream> open(String path, String lastId) throws Exception {
    HttpRequest.Builder request = served.request(path);
    if (lastId != null) {
      request.header("Last-Event-ID", lastId);
    }
    return http.send(request.build(), BodyHandlers.ofInputStream());
  }

  private static List<Message> read(HttpResponse<java.io.InputStream> response, int count)
      throws Exception {
    List<Message> messages = new ArrayList<>();
    String id = "";
    StringBuilder data = new StringBuilder();
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      while (messages.size() < count) {
        String line = in.readLine();
        if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("data: ")) {
          data.append(line.substring(6)).append('\n');
        } else if (line.isEmpty() && !data.isEmpty()) {
          messages.add(
              new Message(id, Json.MAPPER.readTree(data.toString()).get("data").toString()));
          data.setLength(0);
        }
      }
    }
    return messages;
  }
}

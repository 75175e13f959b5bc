package dev.rookery.client.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Draft;
import dev.rookery.InvalidEvent;
import dev.rookery.Limits;
import dev.rookery.Payload;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BinaryModeTest {
  private static Map<String, String> headers(String... more) {
    Map<String, String> headers =
        new HashMap<>(
            Map.of("ce-specversion", "1.0", "ce-id", "1", "ce-source", "s", "ce-type", "a.b"));
    for (int i = 0; i < more.length; i += 2) {
      headers.put(more[i], more[i + 1]);
    }
    return headers;
  }

  private static Draft read(Map<String, String> headers, String contentType, String body) {
    return BinaryMode.draft(
        headers, contentType, body.getBytes(StandardCharsets.UTF_8), Limits.STANDARD);
  }

  @Test
  void attributesAreHeadersAndTheBodyIsTheData() {
    Draft draft =
        read(
            headers("Ce-PartitionKey", "k", "ce-tenant", "t", "Accept", "*/*"),
            "application/json",
            "{ \"a\": 1 }");

    assertThat(draft.key()).contains("k");
    assertThat(draft.attributes()).isEqualTo(Map.of("tenant", "t"));
    assertThat(draft.data()).isEqualTo(Payload.json("{ \"a\": 1 }"));
  }

  @Test
  void bytesOfAnyTypeAreTakenAsTheyAre() {
    assertThat(read(headers(), "text/plain", "hi").data())
        .isEqualTo(Payload.wrap("text/plain", new byte[] {'h', 'i'}));
  }

  @Test
  void headersArePercentEncoded() {
    assertThat(read(headers("ce-partitionkey", "a%20b%C3%A4%25"), "", "").key()).contains("a bä%");
  }

  @Test
  void brokenPercentEncodingIsRefused() {
    assertThatThrownBy(() -> read(headers("ce-partitionkey", "100%"), "", ""))
        .isInstanceOf(InvalidEvent.class);
    assertThatThrownBy(() -> read(headers("ce-partitionkey", "%ff"), "", ""))
        .isInstanceOf(InvalidEvent.class);
  }

  @Test
  void aLineBreakInAHeaderIsRefusedEvenEncoded() {
    assertThatThrownBy(() -> read(headers("ce-id", "a%0D%0Ab"), "", ""))
        .isInstanceOf(InvalidEvent.class)
        .hasMessageContaining("control");
  }

  @Test
  void aBodyThatSaysJsonMustBeJson() {
    assertThatThrownBy(() -> read(headers(), "application/json", "{\"a\":1,\"a\":2}"))
        .isInstanceOf(InvalidEvent.class);
  }
}

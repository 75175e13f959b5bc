package dev.rookery.verify.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.Json;
import dev.rookery.Limits;
import dev.rookery.Subscription;
import dev.rookery.client.wire.ClientFrame;
import dev.rookery.client.wire.CloudEventReader;
import dev.rookery.client.wire.JsonOut;
import dev.rookery.client.wire.StrictJson;
import dev.rookery.client.wire.SubscribeRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

class ClientFrameFuzz {
  @FuzzTest
  @DictionaryEntries({
    "\"op\":",
    "\"subscribe\"",
    "\"ack\"",
    "\"retry\"",
    "\"reject\"",
    "\"working\"",
    "\"publish\"",
    "\"ping\"",
    "\"drain\"",
    "\"delivery\":",
    "\"deliveries\":[",
    "\"delayMs\":",
    "\"reason\":",
    "\"outage\":true",
    "\"ref\":",
    "\"event\":{",
    "\"name\":",
    "\"patterns\":[\"**\"]",
    "\"where\":",
    "\"from\":",
    "\"window\":",
    "\"maxAttempts\":",
    "\"initialDelayMs\":",
    "\"maxDelayMs\":",
    "\"exhausted\":\"hold\"",
    "\"deadlineMs\":",
    "\"concurrency\":",
    "\"replay\":true",
    "\"until\":\"t_",
    "-9223372036854775808",
    "1e999999999",
    "\\ud83e\\udd89"
  })
  void whatAClientSaysIsUnderstoodOrRefused(byte[] text) {
    Decoding.accepts(() -> ClientFrame.read(text, new Heard()));
  }

  /** Does with the frames what a server does before anything of them reaches the bus. */
  static final class Heard implements ClientFrame.Receiver {
    @Override
    public void subscribe(SubscribeRequest request) {
      Subscription subscription = request.toSubscription();
      byte[] again = Json.MAPPER.writeValueAsBytes(SubscribeRequest.of(subscription));
      assertThat(SubscribeRequest.read(again).toSubscription()).isEqualTo(subscription);
    }

    @Override
    public void ack(long delivery) {}

    @Override
    public void retry(long delivery, Duration delay, String reason, boolean outage) {
      assertThat(delay).isBetween(Duration.ZERO, Duration.ofDays(30));
      Decoding.isWhole(reason);
    }

    @Override
    public void reject(long delivery, String reason) {
      Decoding.isWhole(reason);
    }

    @Override
    public void working(long delivery) {}

    @Override
    public void publish(byte[] ref, byte[] event) {
      JsonOut answer = new JsonOut().beginObject().name("ref").raw(ref).endObject();
      StrictJson.check(answer.toString().getBytes(StandardCharsets.UTF_8));
      CloudEventReader.draft(event, Limits.STANDARD);
    }

    @Override
    public void ping() {}

    @Override
    public void drain() {}
  }
}

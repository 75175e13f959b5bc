package dev.rookery.verify.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.Subscription;
import dev.rookery.client.wire.JsonOut;
import dev.rookery.client.wire.Problem;
import dev.rookery.client.wire.ServerFrame;
import dev.rookery.client.wire.ServerFrame.Sent;
import java.util.ArrayList;
import java.util.List;

class ServerFrameFuzz {
  @FuzzTest
  @DictionaryEntries({
    "\"op\":",
    "\"event\"",
    "\"items\":[{",
    "\"revoked\"",
    "\"subscribed\"",
    "\"state\"",
    "\"changed\"",
    "\"ended\"",
    "\"draining\"",
    "\"error\"",
    "\"delivery\":",
    "\"type\":",
    "\"title\":",
    "\"detail\":",
    "\"subscription\":{",
    "\"status\":",
    "\"stream\":\"user\"",
    "\"partition\":",
    "\"position\":\"",
    "\"attempt\":",
    "\"epoch\":",
    "\"replay\":true",
    "\"redriven\":true",
    "\"event\":{\"specversion\":\"1.0\"",
    "\"partitionkey\":",
    "\"correlationid\":",
    "\"time\":\"2026-01-31T12:00:00Z\"",
    "\"name\":",
    "\"patterns\":[\"**\"]",
    "-1",
    "2147483648",
    "null"
  })
  void whatAServerSaysIsUnderstoodOrRefused(byte[] text) {
    Heard heard = new Heard();
    Decoding.accepts(() -> ServerFrame.read(text, "reader", heard));
    heard.sent.forEach(ServerFrameFuzz::isReadAsItWasWritten);
  }

  private static void isReadAsItWasWritten(Sent sent) {
    JsonOut out = new JsonOut();
    ServerFrame.write(out, sent.number(), sent.delivery(), true);
    Heard again = new Heard();
    ServerFrame.read(out.toByteArray(), "reader", again);
    assertThat(again.sent).containsExactly(sent);
  }

  private static final class Heard implements ServerFrame.Receiver {
    private final List<Sent> sent = new ArrayList<>();

    @Override
    public void subscribed() {}

    @Override
    public void deliveries(List<Sent> deliveries) {
      sent.addAll(deliveries);
    }

    @Override
    public void revoked(long delivery) {}

    @Override
    public void error(Problem problem, long delivery) {
      assertThat(problem.toException()).isNotNull();
    }

    @Override
    public void state(String state) {}

    @Override
    public void changed(Subscription definition) {}

    @Override
    public void ended() {}

    @Override
    public void draining() {}
  }
}

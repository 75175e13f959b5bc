package dev.rookery.server;

import dev.rookery.EventBus;
import dev.rookery.Json;
import dev.rookery.Subscription;
import dev.rookery.client.wire.SubscribeRequest;
import io.javalin.http.Context;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /v1/replays}: a replay is a subscription with an end. {@code POST} plans one: it answers
 * with the message to send over the WebSocket, in which the end is what is stored now, and with how
 * many events that is and how long it takes. {@code GET} lists those that go on.
 */
final class ReplaysEndpoint {
  private final EventBus bus;
  private final JsonBody json;

  ReplaysEndpoint(EventBus bus, JsonBody json) {
    this.bus = bus;
    this.json = json;
  }

  void list(Context ctx) {
    Answers.json(
        ctx,
        bus.operations().subscriptions().stream()
            .filter(info -> info.definition().replay())
            .toList());
  }

  void plan(Context ctx) throws Exception {
    json.read(
        ctx,
        SubscribeRequest.class,
        request -> {
          Subscription asked = request.toSubscription();
          Subscription replay =
              asked.replayUntil(asked.until().orElseGet(() -> bus.operations().latest()));
          ObjectNode answer = Json.MAPPER.valueToTree(SubscribeRequest.of(replay));
          answer.set("plan", Json.MAPPER.valueToTree(bus.operations().plan(replay)));
          Answers.json(ctx, answer);
        });
  }
}

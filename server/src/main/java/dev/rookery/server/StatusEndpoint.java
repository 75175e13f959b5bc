package dev.rookery.server;

import dev.rookery.EventBus;
import dev.rookery.Operations.Health;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Probes, the state of the streams, and the pages that describe the server. */
final class StatusEndpoint {
  private final EventBus bus;
  private final SubscriberSockets sockets;

  StatusEndpoint(EventBus bus, SubscriberSockets sockets) {
    this.bus = bus;
    this.sockets = sockets;
  }

  void live(Context ctx) {
    Answers.json(ctx, Map.of("live", true));
  }

  void ready(Context ctx) {
    Health health = bus.operations().health();
    if (sockets.isDraining()) {
      List<String> reasons = new ArrayList<>(health.reasons());
      reasons.addFirst("the server is going away");
      health = new Health(false, health.degraded(), reasons);
    }
    if (!health.ready()) {
      ctx.status(503).header("Retry-After", "1");
    }
    Answers.json(ctx, health);
  }

  void streams(Context ctx) {
    Answers.json(ctx, bus.operations().streams());
  }

  void latest(Context ctx) {
    Answers.json(ctx, Map.of("token", bus.operations().latest()));
  }

  void weaknesses(Context ctx) {
    Answers.json(ctx, bus.operations().weaknesses());
  }

  void metrics(Context ctx) {
    Answers.json(ctx, bus.operations().metrics());
  }

  /** Serves a file of this package as it is. */
  static void resource(Context ctx, String name, String contentType) throws IOException {
    try (InputStream in = StatusEndpoint.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the server's jar has no " + name);
      }
      ctx.contentType(contentType).result(in.readAllBytes());
    }
  }
}

package dev.rookery.server;

import dev.rookery.client.wire.StrictJson;
import dev.rookery.client.wire.SubscribeRequest;
import io.javalin.http.Context;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Small JSON bodies of the operators' verbs. */
final class JsonBody {
  private final RequestBody bodies;

  JsonBody(RequestBody bodies) {
    this.bodies = bodies;
  }

  /** Reads the body into a record; an empty body is an empty object. */
  <T> void read(Context ctx, Class<T> type, Consumer<T> use) throws Exception {
    String mediaType = PublishEndpoint.mediaType(ctx.req().getContentType());
    if (!mediaType.isEmpty() && !mediaType.equals("application/json")) {
      throw new Refused(415, "unsupported-media-type", "the body is JSON; send application/json");
    }
    AtomicReference<byte[]> text = new AtomicReference<>(new byte[] {'{', '}'});
    bodies.read(
        ctx.req(),
        body -> {
          if (body.length > 0) {
            text.set(body);
          }
          StrictJson.check(text.get());
          use.accept(SubscribeRequest.bound(text.get(), type));
        });
  }
}

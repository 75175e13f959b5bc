package dev.rookery.server;

import dev.rookery.EventBus;
import dev.rookery.InvalidInput;
import io.javalin.http.Context;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code /v1/erasures}: takes away for good what was said under a key. */
final class ErasuresEndpoint {
  /** What is to be erased. */
  record ErasureRequest(@Nullable String key, @Nullable String stream, @Nullable Boolean dryRun) {}

  private final EventBus bus;
  private final JsonBody json;

  ErasuresEndpoint(EventBus bus, JsonBody json) {
    this.bus = bus;
    this.json = json;
  }

  void erase(Context ctx) throws Exception {
    json.read(
        ctx,
        ErasureRequest.class,
        request -> {
          String key = request.key();
          if (key == null) {
            throw new InvalidInput("an erasure needs the 'key' whose events it is about");
          }
          boolean dryRun =
              Query.flag(ctx, "dryRun") || (request.dryRun() != null && request.dryRun());
          Optional<String> stream = Optional.ofNullable(request.stream());
          Answers.json(ctx, bus.operations().by(Asking.of(ctx)).erase(key, stream, dryRun));
        });
  }
}

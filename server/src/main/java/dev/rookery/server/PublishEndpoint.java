package dev.rookery.server;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.IdConflict;
import dev.rookery.InvalidEvent;
import dev.rookery.Limits;
import dev.rookery.Operations.EventReport;
import dev.rookery.Operations.Located;
import dev.rookery.PublishRejected;
import dev.rookery.Published;
import dev.rookery.Receipt;
import dev.rookery.client.wire.BinaryMode;
import dev.rookery.client.wire.CloudEventReader;
import dev.rookery.client.wire.InvalidBatch;
import dev.rookery.client.wire.JsonOut;
import dev.rookery.client.wire.Problem;
import dev.rookery.client.wire.PublishResult;
import io.javalin.http.Context;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/events}: one event, a batch, or one in binary mode. */
final class PublishEndpoint {
  private static final String SINGLE = "application/cloudevents+json";
  private static final String BATCH = "application/cloudevents-batch+json";

  private final EventBus bus;
  private final Limits limits;
  private final RequestBody bodies;

  PublishEndpoint(EventBus bus, Limits limits, RequestBody bodies) {
    this.bus = bus;
    this.limits = limits;
    this.bodies = bodies;
  }

  void handle(Context ctx) throws Exception {
    String contentType = ctx.req().getContentType();
    String mediaType = mediaType(contentType);
    switch (mediaType) {
      case SINGLE ->
          bodies.read(ctx.req(), body -> single(ctx, CloudEventReader.draft(body, limits)));
      case BATCH -> bodies.read(ctx.req(), body -> batch(ctx, body));
      default -> {
        if (ctx.req().getHeader("ce-specversion") == null) {
          throw new Refused(
              415,
              "unsupported-media-type",
              "events come as " + SINGLE + ", " + BATCH + ", or with ce- headers");
        }
        String type = contentType == null ? "" : contentType;
        bodies.read(
            ctx.req(), body -> single(ctx, BinaryMode.draft(ceHeaders(ctx), type, body, limits)));
      }
    }
  }

  /** The media type without its parameters; a charset other than UTF-8 is refused. */
  static String mediaType(@Nullable String contentType) {
    if (contentType == null) {
      return "";
    }
    int semicolon = contentType.indexOf(';');
    if (semicolon < 0) {
      return contentType.trim().toLowerCase(Locale.ROOT);
    }
    String parameters = contentType.substring(semicolon).toLowerCase(Locale.ROOT);
    if (parameters.contains("charset=") && !parameters.matches(".*charset=\"?utf-8\"?.*")) {
      throw new Refused(
          415, "unsupported-media-type", "the charset is not UTF-8; send JSON in UTF-8");
    }
    return contentType.substring(0, semicolon).trim().toLowerCase(Locale.ROOT);
  }

  private static Map<String, String> ceHeaders(Context ctx) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String name : Collections.list(ctx.req().getHeaderNames())) {
      if (name.regionMatches(true, 0, "ce-", 0, 3)) {
        List<String> values = Collections.list(ctx.req().getHeaders(name));
        if (values.size() > 1 || headers.put(name, values.getFirst()) != null) {
          throw new InvalidEvent("the header " + name + " comes twice; send it once");
        }
      }
    }
    return headers;
  }

  private void single(Context ctx, Draft draft) {
    switch (answer(draft, bus.publishAll(List.of(draft)).getFirst())) {
      case PublishResult.Failed(Problem problem) -> Answers.problem(ctx, problem);
      case PublishResult.Stored(Receipt receipt) -> {
        JsonOut out = new JsonOut(192).beginObject();
        PublishResult.members(out, receipt);
        ctx.status(receipt.duplicate() ? 200 : 201);
        Answers.json(ctx, out.endObject());
      }
    }
  }

  private void batch(Context ctx, byte[] body) {
    List<Draft> drafts = CloudEventReader.batch(body, limits);
    List<Published> results = drafts.isEmpty() ? List.of() : bus.publishAll(drafts);
    JsonOut out = new JsonOut(64 + results.size() * 160).beginArray();
    boolean failed = false;
    boolean stored = false;
    for (int i = 0; i < results.size(); i++) {
      PublishResult result = answer(drafts.get(i), results.get(i));
      failed |= result instanceof PublishResult.Failed;
      stored |= result instanceof PublishResult.Stored(Receipt receipt) && !receipt.duplicate();
      PublishResult.write(out, result);
    }
    ctx.status(failed ? 207 : stored ? 201 : 200);
    Answers.json(ctx, out.endArray());
  }

  /** What the bus says, with the place of the first event where the id was taken. */
  PublishResult answer(Draft draft, Published published) {
    return switch (published) {
      case Published.Stored(Receipt receipt) -> new PublishResult.Stored(receipt);
      case Published.Rejected(IdConflict conflict) ->
          new PublishResult.Failed(placed(Problem.of(conflict), draft));
      case Published.Rejected(PublishRejected reason) ->
          new PublishResult.Failed(Problem.of(reason));
      case Published.Unknown(var reason) -> new PublishResult.Failed(Problem.of(reason));
    };
  }

  private Problem placed(Problem problem, Draft draft) {
    String id = draft.id().orElse("");
    String source = draft.source().orElse("");
    for (EventReport report : bus.operations().event(id)) {
      Located located = report.located();
      if (located.event().source().equals(source)) {
        return problem
            .with("id", id)
            .with("stream", located.partition().stream())
            .with("partition", located.partition().number())
            .with("position", located.position().toString());
      }
    }
    return problem;
  }

  /** The problem of a batch whose event at the index is not well-formed. */
  static Problem problem(InvalidBatch e) {
    Problem reason = Problem.of(e.reason());
    return new Problem(
            reason.type(),
            reason.title(),
            reason.status(),
            String.valueOf(e.getMessage()),
            Map.of())
        .with("index", e.index());
  }
}

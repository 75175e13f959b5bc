package dev.rookery.client.wire;

import dev.rookery.DeadLetter;
import dev.rookery.DeadLetter.Failure;
import dev.rookery.Event;
import dev.rookery.Operations.Attempt;
import dev.rookery.Operations.Cause;
import dev.rookery.Operations.DeliveryState;
import dev.rookery.Operations.EventReport;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.Step;
import dev.rookery.Operations.Trace;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.Token;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;

/**
 * What operators read of stored events, with each event's data byte by byte as it was sent. The
 * other answers of the operations are plain records, which Jackson writes.
 */
public final class EventJson {
  private EventJson() {}

  public static void write(JsonOut out, Located located) {
    out.beginObject();
    members(out, located);
    out.endObject();
  }

  private static void members(JsonOut out, Located located) {
    out.member("stream", located.partition().stream());
    out.member("partition", located.partition().number());
    out.member("position", located.position().toString());
    out.name("event");
    CloudEventWriter.write(out, located.event());
  }

  public static void write(JsonOut out, Page page) {
    out.beginObject().name("events").beginArray();
    page.events().forEach(located -> write(out, located));
    out.endArray();
    out.member("next", page.next().toString()).member("end", page.end()).endObject();
  }

  public static void write(JsonOut out, EventReport report) {
    out.beginObject();
    members(out, report.located());
    out.name("deliveries").beginArray();
    for (DeliveryState state : report.deliveries()) {
      write(out, state);
    }
    out.endArray().name("tried").beginArray();
    for (Attempt attempt : report.attempts()) {
      write(out, attempt);
    }
    out.endArray().endObject();
  }

  private static void write(JsonOut out, Attempt attempt) {
    out.beginObject()
        .member("subscription", attempt.subscription())
        .member("attempt", attempt.attempt())
        .member("at", attempt.at().toString())
        .member("outcome", attempt.outcome())
        .member("settlement", attempt.settlement())
        .member("tookMicros", attempt.took().toNanos() / 1_000)
        .endObject();
  }

  private static void write(JsonOut out, DeliveryState state) {
    out.beginObject()
        .member("subscription", state.subscription())
        .member("state", state.state())
        .member("attempts", state.attempts());
    state.notBefore().ifPresent(time -> out.member("notBefore", time.toString()));
    state.deadLetter().ifPresent(id -> out.member("deadLetter", id));
    failures(out, state.failures());
    out.endObject();
  }

  public static void write(JsonOut out, Trace trace) {
    out.beginObject().member("correlation", trace.correlation());
    out.name("steps").beginArray();
    for (Step step : trace.steps()) {
      out.beginObject();
      out.member("depth", step.depth()).member("cause", step.cause().toString());
      members(out, step.located());
      out.endObject();
    }
    out.endArray();
    trace.cut().ifPresent(why -> out.member("cut", why));
    out.endObject();
  }

  private static void failures(JsonOut out, List<Failure> failures) {
    out.name("failures").beginArray();
    for (Failure failure : failures) {
      out.beginObject()
          .member("at", failure.at().toString())
          .member("error", failure.error())
          .endObject();
    }
    out.endArray();
  }

  public static void write(JsonOut out, DeadLetter letter) {
    out.beginObject()
        .member("id", letter.id())
        .member("subscription", letter.subscription())
        .member("stream", letter.partition().stream())
        .member("partition", letter.partition().number())
        .member("position", letter.position().toString())
        .member("key", letter.key());
    if (letter.event().isPresent()) {
      out.name("event");
      CloudEventWriter.write(out, letter.event().get());
    }
    if (letter.raw().isPresent()) {
      Payload raw = letter.raw().get();
      out.member("rawContentType", raw.contentType());
      out.member("rawBase64", Base64.getEncoder().encodeToString(raw.toArray()));
    }
    out.member("reason", letter.reason().toString())
        .member("state", letter.state().toString())
        .member("attempts", letter.attempts())
        .member("since", letter.since().toString());
    failures(out, letter.failures());
    out.endObject();
  }

  public static Page readPage(byte[] text) {
    return StrictJson.answer(text, parser -> new PageParts(text).read(parser));
  }

  public static List<EventReport> readReports(byte[] text) {
    return list(text, Parts::report);
  }

  public static Trace readTrace(byte[] text) {
    return StrictJson.answer(text, parser -> new Parts(text).read(parser).trace());
  }

  public static List<DeadLetter> readDeadLetters(byte[] text) {
    return list(text, Parts::letter);
  }

  private static <T> List<T> list(byte[] text, Function<Parts, T> each) {
    return StrictJson.answer(text, parser -> list(parser, text, each));
  }

  private static <T> List<T> list(JsonParser parser, byte[] text, Function<Parts, T> each) {
    return StrictJson.items(parser, item -> each.apply(new Parts(text).read(item)));
  }

  /** The members of a page while they come in. */
  private static final class PageParts {
    private final byte[] text;
    private List<Located> events = List.of();
    private Token next = new Token(Map.of());
    private boolean end;

    private PageParts(byte[] text) {
      this.text = text;
    }

    private Page read(JsonParser parser) {
      StrictJson.members(parser, name -> take(name, parser));
      return new Page(events, next, end);
    }

    private void take(String name, JsonParser parser) {
      switch (name) {
        case "events" -> events = list(parser, text, Parts::located);
        case "next" -> next = Token.parse(parser.getString());
        case "end" -> end = parser.getBooleanValue();
        default -> parser.skipChildren();
      }
    }
  }

  /** The members of a located event, a report, a trace or a dead letter while they come in. */
  private static final class Parts {
    private final byte[] text;
    private String id = "";
    private String subscription = "";
    private String stream = "";
    private int partition;
    private Position position = Position.ZERO;
    private String key = "";
    private @Nullable Event event;
    private String rawContentType = "";
    private @Nullable String rawBase64;
    private String reason = "";
    private String state = "";
    private int attempts;
    private String at = "";
    private String error = "";
    private Instant since = Instant.EPOCH;
    private List<Failure> failures = List.of();
    private List<DeliveryState> deliveries = List.of();
    private Optional<Instant> notBefore = Optional.empty();
    private Optional<String> deadLetter = Optional.empty();
    private String outcome = "";
    private String settlement = "";
    private Duration took = Duration.ZERO;
    private List<Attempt> tried = List.of();
    private int depth;
    private String cause = "";
    private String correlation = "";
    private List<Step> steps = List.of();
    private Optional<String> cut = Optional.empty();

    private Parts(byte[] text) {
      this.text = text;
    }

    private Parts read(JsonParser parser) {
      StrictJson.members(parser, name -> take(name, parser));
      return this;
    }

    private void take(String name, JsonParser parser) {
      switch (name) {
        case "id" -> id = parser.getString();
        case "subscription" -> subscription = parser.getString();
        case "stream" -> stream = parser.getString();
        case "partition" -> partition = parser.getIntValue();
        case "position" -> position = Position.parse(parser.getString());
        case "key" -> key = parser.getString();
        case "event" -> event = CloudEventReader.event(parser, text);
        case "rawContentType" -> rawContentType = parser.getString();
        case "rawBase64" -> rawBase64 = parser.getString();
        case "reason" -> reason = parser.getString();
        case "state" -> state = parser.getString();
        case "attempts" -> attempts = parser.getIntValue();
        case "since" -> since = Instant.parse(parser.getString());
        case "at" -> at = parser.getString();
        case "error" -> error = parser.getString();
        case "failures" -> failures = list(parser, text, Parts::failure);
        case "notBefore" -> notBefore = Optional.of(Instant.parse(parser.getString()));
        case "deadLetter" -> deadLetter = Optional.of(parser.getString());
        case "depth" -> depth = parser.getIntValue();
        case "cause" -> cause = parser.getString();
        case "correlation" -> correlation = parser.getString();
        case "steps" -> steps = list(parser, text, Parts::step);
        case "cut" -> cut = Optional.of(parser.getString());
        case "attempt" -> attempts = parser.getIntValue();
        case "outcome" -> outcome = parser.getString();
        case "settlement" -> settlement = parser.getString();
        case "tookMicros" -> took = Duration.of(parser.getLongValue(), ChronoUnit.MICROS);
        case "tried" -> tried = list(parser, text, Parts::attempt);
        case "deliveries" -> deliveries = list(parser, text, Parts::delivery);
        default -> parser.skipChildren();
      }
    }

    private Located located() {
      return new Located(new Partition(stream, partition), position, present());
    }

    private EventReport report() {
      return new EventReport(located(), deliveries, tried);
    }

    private Attempt attempt() {
      return new Attempt(subscription, attempts, Instant.parse(at), outcome, settlement, took);
    }

    private Event present() {
      if (event == null) {
        throw new dev.rookery.InvalidInput("the answer has no event; is this a Rookery server?");
      }
      return event;
    }

    private Failure failure() {
      return new Failure(Instant.parse(at), error);
    }

    private DeliveryState delivery() {
      return new DeliveryState(subscription, state, attempts, notBefore, deadLetter, failures);
    }

    private Step step() {
      return new Step(located(), depth, Cause.valueOf(cause.toUpperCase(Locale.ROOT)));
    }

    private Trace trace() {
      return new Trace(correlation, steps, cut);
    }

    private DeadLetter letter() {
      Optional<Payload> raw =
          Optional.ofNullable(rawBase64)
              .map(base64 -> Payload.wrap(rawContentType, Base64.getDecoder().decode(base64)));
      return new DeadLetter(
          id,
          subscription,
          new Partition(stream, partition),
          position,
          key,
          Optional.ofNullable(event),
          raw,
          DeadLetter.Reason.valueOf(reason.toUpperCase(Locale.ROOT)),
          DeadLetter.State.valueOf(state.toUpperCase(Locale.ROOT)),
          attempts,
          failures,
          since);
    }
  }
}

package dev.rookery.client;

import static dev.rookery.client.Http.encoded;

import dev.rookery.BackendUnavailable;
import dev.rookery.Backup;
import dev.rookery.DeadLetter;
import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.NotFound;
import dev.rookery.Operations;
import dev.rookery.ReplayPlan;
import dev.rookery.ReplayTerms;
import dev.rookery.Search;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.Token;
import dev.rookery.backup.CopiedBackup;
import dev.rookery.client.wire.EventJson;
import dev.rookery.client.wire.Problem;
import dev.rookery.client.wire.RewindRequest;
import dev.rookery.client.wire.StrictJson;
import dev.rookery.client.wire.SubscribeRequest;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;

/** What operators see and do, by the verbs of HTTP. */
final class RemoteOperations implements Operations {
  private static final Duration TRACE_PATIENCE = Duration.ofSeconds(20);
  private static final byte[] NOTHING = {'{', '}'};

  /** The answer that holds a token. */
  private record Latest(Token token) {}

  /** The answer that holds a plan. */
  private record Planned(ReplayPlan plan) {}

  /** The answer that says how many. */
  private record Counted(int count) {}

  private final Http http;

  RemoteOperations(Http http) {
    this.http = http;
  }

  @Override
  public Page read(ReadRequest request) {
    StringBuilder path = new StringBuilder("/v1/events?limit=").append(request.limit());
    path.append("&from=").append(encoded(request.from().text()));
    request.patterns().forEach(p -> path.append("&pattern=").append(encoded(p.text())));
    request.where().ifPresent(where -> path.append("&where=").append(encoded(where)));
    path.append("&waitMs=").append(request.patience().toMillis());
    return EventJson.readPage(http.get(path.toString(), request.patience()));
  }

  @Override
  public Token latest() {
    return value(http.get("/v1/latest"), new TypeReference<Latest>() {}).token();
  }

  @Override
  public Page search(Search wanted, Start from, int limit) {
    StringBuilder path = new StringBuilder("/v1/search?limit=").append(limit);
    path.append("&from=").append(encoded(from.text()));
    wanted.patterns().forEach(p -> path.append("&pattern=").append(encoded(p.text())));
    parameter(path, "source", wanted.source());
    parameter(path, "since", wanted.since().map(Instant::toString));
    parameter(path, "until", wanted.until().map(Instant::toString));
    parameter(path, "correlation", wanted.correlation());
    parameter(path, "causation", wanted.causation());
    parameter(path, "key", wanted.key());
    parameter(path, "where", wanted.where());
    return EventJson.readPage(http.get(path.toString()));
  }

  private static void parameter(StringBuilder path, String name, Optional<String> value) {
    value.ifPresent(text -> path.append('&').append(name).append('=').append(encoded(text)));
  }

  @Override
  public Trace trace(String correlation, Start from) {
    String path = "/v1/traces/" + encoded(correlation) + "?from=" + encoded(from.text());
    return EventJson.readTrace(http.get(path, TRACE_PATIENCE));
  }

  @Override
  public List<EventReport> event(String id) {
    try {
      return EventJson.readReports(http.get("/v1/events/" + encoded(id)));
    } catch (NotFound e) {
      return List.of();
    }
  }

  @Override
  public List<PartitionInfo> streams() {
    return value(http.get("/v1/streams"), new TypeReference<>() {});
  }

  @Override
  public List<SubscriptionInfo> subscriptions() {
    return value(http.get("/v1/subscriptions"), new TypeReference<>() {});
  }

  @Override
  public SubscriptionInfo subscription(String name) {
    return value(http.get("/v1/subscriptions/" + encoded(name)), new TypeReference<>() {});
  }

  @Override
  public void pause(String subscription) {
    http.post("/v1/subscriptions/" + encoded(subscription) + "/pause", NOTHING);
  }

  @Override
  public void resume(String subscription) {
    http.post("/v1/subscriptions/" + encoded(subscription) + "/resume", NOTHING);
  }

  @Override
  public void remove(String subscription) {
    http.delete("/v1/subscriptions/" + encoded(subscription));
  }

  @Override
  public List<Move> rewind(String subscription, Start to, ReplayTerms terms, boolean dryRun) {
    byte[] body = Json.MAPPER.writeValueAsBytes(RewindRequest.of(to, terms, dryRun));
    return value(
        http.post("/v1/subscriptions/" + encoded(subscription) + "/rewind", body),
        new TypeReference<>() {});
  }

  @Override
  public ReplayPlan plan(Subscription replay) {
    byte[] body = Json.MAPPER.writeValueAsBytes(SubscribeRequest.of(replay));
    return value(http.post("/v1/replays", body), new TypeReference<Planned>() {}).plan();
  }

  @Override
  public List<DeadLetter> deadLetters(DeadLetterFilter filter) {
    StringBuilder path = new StringBuilder("/v1/dead-letters?limit=").append(filter.limit());
    filter.ids().forEach(id -> path.append("&id=").append(encoded(id)));
    filter.subscription().ifPresent(s -> path.append("&subscription=").append(encoded(s)));
    filter.type().ifPresent(type -> path.append("&type=").append(encoded(type.text())));
    filter.reason().ifPresent(reason -> path.append("&reason=").append(reason));
    filter.after().ifPresent(after -> path.append("&after=").append(encoded(after)));
    return EventJson.readDeadLetters(http.get(path.toString()));
  }

  @Override
  public int redrive(DeadLetterFilter filter) {
    return counted("redrive", filter);
  }

  @Override
  public int discard(DeadLetterFilter filter) {
    return counted("discard", filter);
  }

  @Override
  public Erasure erase(String key, Optional<String> stream, boolean dryRun) {
    Map<String, Object> body = new HashMap<>(Map.of("key", key, "dryRun", dryRun));
    stream.ifPresent(name -> body.put("stream", name));
    return value(
        http.post("/v1/erasures", Json.MAPPER.writeValueAsBytes(body)), new TypeReference<>() {});
  }

  private int counted(String verb, DeadLetterFilter filter) {
    byte[] answer = http.post("/v1/dead-letters/" + verb, Json.MAPPER.writeValueAsBytes(filter));
    return value(answer, new TypeReference<Counted>() {}).count();
  }

  @Override
  public Health health() {
    Http.Answer answer = http.answer("/health/ready");
    if (answer.status() != 200 && answer.status() != 503) {
      throw Problem.read(answer.status(), answer.body()).toException();
    }
    return value(answer.body(), new TypeReference<>() {});
  }

  @Override
  public List<Metric> metrics() {
    return value(http.get("/v1/metrics"), new TypeReference<>() {});
  }

  @Override
  public List<String> weaknesses() {
    return value(http.get("/v1/weaknesses"), new TypeReference<>() {});
  }

  @Override
  public Backup backup() {
    try {
      return new CopiedBackup(http.stream("/v1/backup"));
    } catch (IOException e) {
      throw new BackendUnavailable("the backup broke off: " + Http.reason(e), e);
    }
  }

  private static <T> T value(byte[] json, TypeReference<T> type) {
    try {
      T value = Json.MAPPER.readValue(json, type);
      if (value == null) {
        throw new InvalidInput("the answer is null; is this a Rookery server?");
      }
      return value;
    } catch (JacksonException e) {
      throw StrictJson.refused(e);
    }
  }
}

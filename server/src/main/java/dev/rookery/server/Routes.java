package dev.rookery.server;

import dev.rookery.RookeryException;
import dev.rookery.client.wire.InvalidBatch;
import dev.rookery.client.wire.Problem;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import org.eclipse.jetty.io.EofException;

/** Which path leads where, and how what goes wrong is said. */
final class Routes {
  private static final System.Logger LOG = System.getLogger(Routes.class.getName());
  private static final String BEGUN = "rookery.begun";

  private final PublishEndpoint publishing;
  private final HistoryEndpoint history;
  private final StreamEndpoint streams;
  private final SubscriptionsEndpoint subscriptions;
  private final DeadLettersEndpoint deadLetters;
  private final ErasuresEndpoint erasures;
  private final ReplaysEndpoint replays;
  private final BackupEndpoint backups;
  private final StatusEndpoint status;
  private final Metrics metrics;
  private final SubscriberSockets sockets;

  Routes(
      PublishEndpoint publishing,
      HistoryEndpoint history,
      StreamEndpoint streams,
      SubscriptionsEndpoint subscriptions,
      DeadLettersEndpoint deadLetters,
      ErasuresEndpoint erasures,
      ReplaysEndpoint replays,
      BackupEndpoint backups,
      StatusEndpoint status,
      Metrics metrics,
      SubscriberSockets sockets) {
    this.publishing = publishing;
    this.history = history;
    this.streams = streams;
    this.subscriptions = subscriptions;
    this.deadLetters = deadLetters;
    this.erasures = erasures;
    this.replays = replays;
    this.backups = backups;
    this.status = status;
    this.metrics = metrics;
    this.sockets = sockets;
  }

  void add(RoutesConfig routes) {
    routes.before(this::before);
    routes.after(this::after);
    routes.post("/v1/events", publishing::handle);
    routes.get("/v1/events", history::page);
    routes.get("/v1/events/{id}", history::one);
    routes.get("/v1/search", history::search);
    routes.get("/v1/traces/{correlation}", history::trace);
    routes.get("/v1/stream", streams::handle);
    routes.get("/v1/subscribe", Routes::noUpgrade);
    routes.get("/v1/subscriptions", subscriptions::list);
    routes.get("/v1/subscriptions/{name}", subscriptions::one);
    routes.delete("/v1/subscriptions/{name}", subscriptions::remove);
    routes.post("/v1/subscriptions/{name}/pause", subscriptions::pause);
    routes.post("/v1/subscriptions/{name}/resume", subscriptions::resume);
    routes.post("/v1/subscriptions/{name}/rewind", subscriptions::rewind);
    routes.get("/v1/dead-letters", deadLetters::list);
    routes.get("/v1/dead-letters/{id}", deadLetters::one);
    routes.post("/v1/dead-letters/redrive", deadLetters::redrive);
    routes.post("/v1/dead-letters/discard", deadLetters::discard);
    routes.post("/v1/erasures", erasures::erase);
    routes.get("/v1/replays", replays::list);
    routes.post("/v1/replays", replays::plan);
    routes.get("/v1/backup", backups::handle);
    routes.get("/v1/streams", status::streams);
    routes.get("/v1/latest", status::latest);
    routes.get("/v1/weaknesses", status::weaknesses);
    routes.get("/v1/metrics", status::metrics);
    routes.get("/health/live", status::live);
    routes.get("/health/ready", status::ready);
    routes.get("/metrics", metrics::scrape);
    file(routes, "/", "overview.html", "text/html; charset=utf-8");
    file(routes, "/overview.css", "overview.css", "text/css");
    file(routes, "/overview.js", "overview.js", "text/javascript; charset=utf-8");
    file(routes, "/openapi.json", "openapi.json", Answers.JSON);
    file(routes, "/asyncapi.json", "asyncapi.json", Answers.JSON);
    problems(routes);
  }

  private static void file(RoutesConfig routes, String path, String name, String contentType) {
    routes.get(path, ctx -> StatusEndpoint.resource(ctx, name, contentType));
  }

  private void before(Context ctx) {
    ctx.attribute(BEGUN, System.nanoTime());
    ctx.header("X-Content-Type-Options", "nosniff");
    ctx.header("Cache-Control", "no-store");
    ctx.header("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'");
    Loopback.check(ctx.header("Host"), ctx.header("Origin"));
    if (sockets.isDraining() && ctx.path().equals("/v1/events")) {
      throw Refused.draining();
    }
  }

  private void after(Context ctx) {
    Long begun = ctx.attribute(BEGUN);
    if (begun != null) {
      String path = ctx.endpoint() == null ? "unknown" : ctx.endpoint().path;
      metrics.request(ctx.method().toString(), path, ctx.statusCode(), System.nanoTime() - begun);
    }
  }

  private static void noUpgrade(Context ctx) {
    ctx.header("Upgrade", "websocket");
    throw new Refused(426, "upgrade-required", "this is a WebSocket; connect with one");
  }

  // ---- problems

  private static void problems(RoutesConfig routes) {
    routes.exception(Refused.class, (e, ctx) -> refused(ctx, e));
    routes.exception(
        InvalidBatch.class, (e, ctx) -> Answers.problem(ctx, PublishEndpoint.problem(e)));
    routes.exception(RookeryException.class, (e, ctx) -> Answers.problem(ctx, Problem.of(e)));
    routes.exception(HttpResponseException.class, (e, ctx) -> http(ctx, e));
    routes.exception(EofException.class, (e, ctx) -> gone(ctx, e));
    routes.exception(IOException.class, (e, ctx) -> gone(ctx, e));
    routes.exception(Exception.class, (e, ctx) -> unexpected(ctx, e));
  }

  private static void refused(Context ctx, Refused e) {
    e.headers().forEach(ctx::header);
    if (e.problem().status() == 413 || e.problem().status() == 408) {
      ctx.header("Connection", "close");
    }
    Answers.problem(ctx, e.problem());
  }

  private static void http(Context ctx, HttpResponseException e) {
    String code =
        switch (e.getStatus()) {
          case 404 -> "not-found";
          case 405 -> "method-not-allowed";
          default -> "refused";
        };
    String detail =
        switch (e.getStatus()) {
          case 404 -> "there is nothing at this path; /openapi.json lists what there is";
          case 405 -> "this path does not take the method " + ctx.method();
          default -> String.valueOf(e.getMessage());
        };
    Answers.problem(ctx, Problem.of(e.getStatus(), code, detail));
  }

  private static void gone(Context ctx, IOException e) {
    LOG.log(System.Logger.Level.DEBUG, "a client went away: {0}", e.getMessage());
    if (!ctx.res().isCommitted()) {
      Answers.problem(ctx, Problem.of(400, "broken-request", "the request broke off"));
    }
  }

  private static void unexpected(Context ctx, Exception e) {
    LOG.log(
        System.Logger.Level.ERROR, "a request failed: " + ctx.method() + " " + template(ctx), e);
    if (!ctx.res().isCommitted()) {
      Answers.problem(ctx, Problem.of(500, "internal", "the server failed; its log says more"));
    }
  }

  private static String template(Context ctx) {
    return ctx.endpoint() == null ? "(no path)" : ctx.endpoint().path;
  }
}

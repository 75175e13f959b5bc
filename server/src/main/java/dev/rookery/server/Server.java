package dev.rookery.server;

import dev.rookery.BackendUnavailable;
import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.Limits;
import dev.rookery.spi.Environment;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.util.JavalinException;

/** Serves a bus over HTTP, WebSocket and server-sent events. Closing it leaves the bus open. */
public final class Server implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Server.class.getName());

  private final ServerConfig config;
  private final SubscriberSockets sockets;
  private final StreamEndpoint streams;
  private final Metrics metrics;
  private final Javalin javalin;
  private boolean closed;

  private Server(EventBus bus, BusConfig busConfig, ServerConfig config) {
    this.config = config;
    Environment environment = Environment.system();
    Limits limits = busConfig.limits();
    RequestBody bodies = new RequestBody(limits.bodyBytes(), config.bodyLimit(), environment);
    JsonBody json = new JsonBody(bodies);
    PublishEndpoint publishing = new PublishEndpoint(bus, limits, bodies);
    sockets = new SubscriberSockets(bus, limits, config, publishing, environment);
    streams = new StreamEndpoint(bus, config.maxSubscribers());
    metrics = new Metrics(bus.operations(), sockets::count);
    Routes routes =
        new Routes(
            publishing,
            new HistoryEndpoint(bus),
            streams,
            new SubscriptionsEndpoint(bus, json),
            new DeadLettersEndpoint(bus, json),
            new ErasuresEndpoint(bus, json),
            new ReplaysEndpoint(bus, json),
            new BackupEndpoint(bus),
            new StatusEndpoint(bus, sockets),
            metrics,
            sockets);
    javalin = Javalin.create(javalinConfig -> configure(javalinConfig, limits, routes));
  }

  private void configure(JavalinConfig javalinConfig, Limits limits, Routes routes) {
    new JettySetup(config, limits, sockets).apply(javalinConfig);
    routes.add(javalinConfig.routes);
  }

  /**
   * Starts to serve.
   *
   * @throws BackendUnavailable when the address is taken
   */
  public static Server start(EventBus bus, BusConfig busConfig, ServerConfig config) {
    Server server = new Server(bus, busConfig, config);
    try {
      server.javalin.start();
    } catch (JavalinException e) {
      server.close();
      throw new BackendUnavailable(
          "nothing can be served at "
              + config.host()
              + ":"
              + config.port()
              + "; is another server running there? ("
              + e.getMessage()
              + ")",
          e);
    }
    LOG.log(System.Logger.Level.INFO, "serving at {0}", server.address());
    return server;
  }

  /** The port at which it listens. */
  public int port() {
    return javalin.port();
  }

  /** Where clients reach it, such as {@code http://127.0.0.1:7070}. */
  public String address() {
    String host = config.host().indexOf(':') < 0 ? config.host() : "[" + config.host() + "]";
    return "http://" + host + ":" + port();
  }

  /**
   * Goes away: nothing new is taken, subscribers are told and drained within the configured limit,
   * connections are closed.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    streams.close();
    sockets.drain(config.drainLimit());
    stop();
    metrics.close();
  }

  private void stop() {
    try {
      javalin.stop();
    } catch (JavalinException e) {
      LOG.log(System.Logger.Level.DEBUG, "some requests did not end in time: {0}", e.getMessage());
    }
  }
}

package dev.rookery.server;

import dev.rookery.Limits;
import io.javalin.config.JavalinConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.websocket.server.JettyServerUpgradeRequest;
import org.eclipse.jetty.ee10.websocket.server.JettyServerUpgradeResponse;
import org.eclipse.jetty.ee10.websocket.server.config.JettyWebSocketServletContainerInitializer;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** Javalin and Jetty, with bounds on everything that a client can make grow. */
final class JettySetup {
  private static final int HEADER_BYTES = 16 << 10;
  private static final int BUFFER_BYTES = 16 << 10;
  private static final int MAX_BUFFER_BYTES = 64 << 10;
  private static final long POOL_BYTES = 8 << 20;
  private static final int PLATFORM_THREADS = 16;
  private static final Duration IDLE = Duration.ofSeconds(30);

  /** After which a connection that a client keeps for its next request holds up no shutdown. */
  private static final Duration SHUTDOWN_IDLE = Duration.ofMillis(100);

  private final ServerConfig config;
  private final Limits limits;
  private final SubscriberSockets sockets;

  JettySetup(ServerConfig config, Limits limits, SubscriberSockets sockets) {
    this.config = config;
    this.limits = limits;
    this.sockets = sockets;
  }

  void apply(JavalinConfig javalin) {
    javalin.startup.showJavalinBanner = false;
    javalin.startup.showOldJavalinVersionWarning = false;
    javalin.startup.startupWatcherEnabled = false;
    javalin.http.prefer405over404 = true;
    javalin.http.generateEtags = false;
    javalin.http.compressionStrategy = io.javalin.compression.CompressionStrategy.NONE;
    javalin.http.maxRequestSize = limits.bodyBytes();
    javalin.jetty.threadPool = threads();
    javalin.jetty.modifyHttpConfiguration(JettySetup::http);
    javalin.jetty.addConnector(this::connector);
    javalin.jetty.modifyServer(this::server);
    javalin.jetty.modifyServletContextHandler(this::webSocket);
  }

  private static QueuedThreadPool threads() {
    QueuedThreadPool pool = new QueuedThreadPool(PLATFORM_THREADS, 4, 10_000);
    pool.setName("rookery-http");
    pool.setDaemon(true);
    pool.setReservedThreads(0);
    pool.setVirtualThreadsExecutor(
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("rookery-http-", 0).factory()));
    return pool;
  }

  private static void http(HttpConfiguration http) {
    http.setRequestHeaderSize(HEADER_BYTES);
    http.setResponseHeaderSize(HEADER_BYTES);
    http.setOutputBufferSize(BUFFER_BYTES);
    http.setSendServerVersion(false);
    http.setSendDateHeader(false);
    http.setMaxUnconsumedRequestContentReads(16);
  }

  private Connector connector(org.eclipse.jetty.server.Server server, HttpConfiguration http) {
    ServerConnector connector =
        new ServerConnector(
            server,
            null,
            null,
            new ArrayByteBufferPool(0, 4_096, MAX_BUFFER_BYTES, 256, POOL_BYTES, POOL_BYTES),
            1,
            1,
            new HttpConnectionFactory(http));
    connector.setHost(config.host());
    connector.setPort(config.port());
    connector.setIdleTimeout(config.bodyLimit().toMillis());
    connector.setAcceptQueueSize(128);
    connector.setShutdownIdleTimeout(SHUTDOWN_IDLE.toMillis());
    return connector;
  }

  private void server(org.eclipse.jetty.server.Server server) {
    server.setErrorHandler(new ProblemPages());
    server.addBean(new NetworkConnectionLimit(config.maxConnections(), server));
    server.setStopTimeout(1_000);
  }

  private void webSocket(ServletContextHandler handler) {
    JettyWebSocketServletContainerInitializer.configure(
        handler,
        (context, container) -> {
          container.setMaxTextMessageSize(limits.bodyBytes());
          container.setMaxBinaryMessageSize(4_096);
          container.setMaxFrameSize(limits.bodyBytes());
          container.setInputBufferSize(BUFFER_BYTES);
          container.setOutputBufferSize(BUFFER_BYTES);
          container.setIdleTimeout(IDLE);
          container.addMapping("/v1/subscribe", this::socket);
        });
  }

  private @Nullable Object socket(
      JettyServerUpgradeRequest request, JettyServerUpgradeResponse response) {
    try {
      Loopback.check(request.getHeader("Host"), request.getHeader("Origin"));
      sockets.admitConnection();
      return new SubscriberSocket(sockets);
    } catch (Refused e) {
      refuse(response, e);
      return null;
    }
  }

  private static void refuse(JettyServerUpgradeResponse response, Refused refused) {
    try {
      refused.headers().forEach(response::setHeader);
      response.sendError(refused.problem().status(), refused.problem().detail());
    } catch (IOException e) {
      // The client is gone already; there is nobody left to answer.
    }
  }
}

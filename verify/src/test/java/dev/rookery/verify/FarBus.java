package dev.rookery.verify;

import dev.rookery.BackendUnavailable;
import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.PublishRejected;
import dev.rookery.PublishUnknown;
import dev.rookery.Receipt;
import dev.rookery.server.Server;
import dev.rookery.server.ServerConfig;
import dev.rookery.testkit.TcpProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A bus, and the way to it over a network that does what a test wants: to a server before it, or to
 * the store itself where that is one of many machines.
 *
 * @param bus without the network between
 * @param address over the network
 */
record FarBus(
    EventBus bus, BusConfig config, Optional<Server> server, TcpProxy proxy, String address)
    implements AutoCloseable {
  private static final long PAUSE_NANOS = 1_000_000;

  /** What PostgreSQL answers until a connection stands. */
  private static final int GREETINGS = 6;

  static FarBus of(Store store, Path folder, BusConfig config) throws IOException {
    String near = store.address(folder);
    EventBus bus = EventBus.open(near, config);
    if (store.port().isPresent()) {
      int port = store.port().getAsInt();
      TcpProxy proxy = new TcpProxy(port);
      proxy.spareFirstAnswers(store == Store.POSTGRES ? GREETINGS : 0);
      String address = near.replace(":" + port, ":" + proxy.port());
      return new FarBus(bus, config, Optional.empty(), proxy, address);
    }
    Server server = Server.start(bus, config, ServerConfig.of("127.0.0.1", 0));
    TcpProxy proxy = new TcpProxy(server.port());
    return new FarBus(bus, config, Optional.of(server), proxy, proxy.address());
  }

  /** A bus over the network. */
  EventBus open() {
    return server.isPresent() ? EventBus.open(address) : EventBus.open(address, config);
  }

  /** Cuts answers, about every other. */
  void cutAnswers() {
    proxy.mode(
        server.isPresent()
            ? TcpProxy.Mode.CUT_EVERY_OTHER_ANSWER
            : TcpProxy.Mode.CUT_HALF_OF_ANSWERS);
  }

  /** Publishes until it is known what became of it; the client of a server does so by itself. */
  Receipt publish(EventBus client, Draft draft) {
    while (true) {
      try {
        return client.publish(draft);
      } catch (PublishUnknown e) {
        again(e);
      } catch (PublishRejected e) {
        if (!(e.getCause() instanceof BackendUnavailable)) {
          throw e;
        }
        again(e);
      }
    }
  }

  private void again(RuntimeException e) {
    if (server.isPresent()) {
      throw e;
    }
    LockSupport.parkNanos(PAUSE_NANOS);
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    server.ifPresent(Server::close);
    bus.close();
  }
}

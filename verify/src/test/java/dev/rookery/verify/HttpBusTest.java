package dev.rookery.verify;

import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.Operations;
import dev.rookery.Published;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.server.Server;
import dev.rookery.server.ServerConfig;
import dev.rookery.testkit.BusContract;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

class HttpBusTest extends BusContract {
  @TempDir private Path folder;
  private String address = "";

  @Override
  protected EventBus open(BusConfig config) {
    EventBus served = EventBus.open("file:" + folder.resolve("data"), config);
    Server server = Server.start(served, config, ServerConfig.of("127.0.0.1", 0));
    address = server.address();
    return new WithServer(EventBus.open(address, config), server, served);
  }

  @Override
  protected EventBus openAnother(BusConfig config) {
    return EventBus.open(address, config);
  }

  /** A bus whose server goes with it. */
  private record WithServer(EventBus remote, Server server, EventBus served) implements EventBus {
    @Override
    public List<Published> publishAll(List<Draft> drafts) {
      return remote.publishAll(drafts);
    }

    @Override
    public Subscriber subscribe(Subscription subscription, EventHandler handler) {
      return remote.subscribe(subscription, handler);
    }

    @Override
    public Operations operations() {
      return remote.operations();
    }

    @Override
    public void close() {
      remote.close();
      server.close();
      served.close();
    }
  }
}

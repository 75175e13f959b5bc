package dev.rookery.verify;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.server.Server;
import dev.rookery.server.ServerConfig;
import dev.rookery.testkit.BusContract;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

class HttpBusTest extends BusContract {
  @TempDir private Path folder;
  private @Nullable EventBus served;
  private @Nullable Server server;

  @Override
  protected EventBus open(BusConfig config) {
    if (served == null || server == null) {
      served = EventBus.open("file:" + folder.resolve("data"), config);
      server = Server.start(served, config, ServerConfig.of("127.0.0.1", 0));
    }
    return EventBus.open(server.address(), config);
  }

  /** A server hears that its client is at work, and not on which attempt. */
  @Override
  public boolean seesStuckHandlers() {
    return false;
  }

  @Override
  public boolean verifies() {
    return false;
  }

  @Override
  protected void discard() {
    if (served != null && server != null) {
      server.close();
      served.close();
    }
  }
}

package dev.rookery.benchmarks.bus;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.server.Server;
import dev.rookery.server.ServerConfig;
import java.io.IOException;

/**
 * Serves a bus in a process of its own, until its standard input ends, so that it never outlives
 * who started it.
 */
final class ServedBus {
  private ServedBus() {}

  /** Takes the address of the bus, and where to listen. */
  public static void main(String[] arguments) throws IOException {
    BusConfig config = BusConfig.standard();
    EventBus bus = EventBus.open(arguments[0], config);
    Server server = Server.start(bus, config, ServerConfig.listen(arguments[1]));
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(() -> {
                  server.close();
                  bus.close();
                }));
    while (System.in.read() >= 0) {
      // Nothing is said, only that nobody is there any more
    }
    System.exit(0);
  }
}

package dev.rookery.cli;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.cli.terminal.Terminal;
import dev.rookery.server.Server;
import dev.rookery.server.ServerConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** Serves a bus to other processes. */
@Command(name = "serve")
final class Serve extends Verb {
  private static final Duration LOOK = Duration.ofHours(1);

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:7070",
      description =
          "Where to listen; a loopback address. Port 0 is any free one. Default: 127.0.0.1:7070.")
  private String listen = "";

  @Option(
      names = "--while-input-open",
      hidden = true,
      description = "Ends when standard input does.")
  private boolean whileInputOpen;

  Serve(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws InterruptedException {
    ServerConfig where = ServerConfig.listen(listen);
    String address = BusAddress.named(bus, terminal.env()).orElse(BusAddress.FOLDER);
    if (Address.parse(address).scheme().startsWith("http")) {
      throw usage(address + " is served already; serve a log such as file:./rookery-data");
    }
    BusConfig settings = busConfig();
    terminal.interruption().watchTermination();
    terminal.interruption().watch();
    if (whileInputOpen) {
      Thread.ofPlatform().daemon().name("input").start(this::untilInputEnds);
    }
    try (EventBus opened = EventBus.open(address, settings);
        Server server = Server.start(opened, settings, where)) {
      ready(server, address);
      while (!terminal.interruption().await(LOOK)) {
        // Nothing to do but serve.
      }
    }
    return Exit.DONE;
  }

  private void ready(Server server, String address) {
    if (json) {
      ObjectNode line = object();
      line.put("url", server.address());
      line.put("bus", address);
      line.put("pid", ProcessHandle.current().pid());
      print(line);
    } else {
      terminal.line("rookery serves " + address + " at " + server.address());
    }
    terminal.out().flush();
  }

  private void untilInputEnds() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // A broken pipe is an end, too.
    }
    terminal.interruption().request();
  }
}

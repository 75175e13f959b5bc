package dev.rookery.cli;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.Json;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What every verb has: its options, its bus, and two ways to print. */
abstract class Verb implements Callable<Integer> {
  @Option(
      names = "--json",
      description = "Prints one JSON object a line on standard output, and nothing else there.")
  protected boolean json;

  @Option(
      names = "--bus",
      paramLabel = "ADDRESS",
      description =
          "Where the bus is. Default: $ROOKERY_BUS, else http://127.0.0.1:7070 when a server"
              + " answers there, else file:./rookery-data.")
  protected Optional<String> bus = Optional.empty();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Streams, routes, catalogue and limits: rookery.json.")
  protected Optional<Path> config = Optional.empty();

  private Optional<CommandSpec> spec = Optional.empty();

  protected final Terminal terminal;

  Verb(Terminal terminal) {
    this.terminal = terminal;
  }

  @Spec
  void setSpec(CommandSpec commandSpec) {
    spec = Optional.of(commandSpec);
  }

  @Override
  public final Integer call() throws Exception {
    return run();
  }

  /** Does it and answers with the exit code. */
  abstract int run() throws Exception;

  protected final BusConfig busConfig() {
    BusConfig said = config.map(BusConfig::load).orElseGet(BusConfig::standard);
    return said.audit(AuditSecret.into(said.audit(), terminal.env()));
  }

  protected final String address() {
    return BusAddress.resolve(bus, terminal.env(), BusAddress::serverAnswers);
  }

  protected final EventBus open() {
    return EventBus.open(address(), busConfig());
  }

  protected final ParameterException usage(String message) {
    return new ParameterException(spec.orElseThrow().commandLine(), message);
  }

  protected final ObjectNode object() {
    return Json.MAPPER.createObjectNode();
  }

  protected final void print(JsonNode line) {
    terminal.line(Shown.json(line.toString()));
  }

  protected final void say(String message) {
    terminal.message(message);
  }
}

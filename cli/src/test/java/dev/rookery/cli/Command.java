package dev.rookery.cli;

import dev.rookery.Json;
import dev.rookery.cli.terminal.Interruption;
import dev.rookery.cli.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import tools.jackson.databind.JsonNode;

/** One run of the command in this process. */
final class Command {
  final ByteArrayOutputStream out = new ByteArrayOutputStream();
  final ByteArrayOutputStream err = new ByteArrayOutputStream();
  final Interruption interruption = new Interruption();
  private final Terminal terminal;
  int code;

  private Command(String input, Map<String, String> env) {
    terminal =
        new Terminal(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            env,
            interruption);
  }

  /** Waits for what must become true, and gives up late. */
  static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofMinutes(1));
  }

  static Command prepared(String input) {
    return new Command(input, Map.of("TERM", "dumb"));
  }

  static Command in(Map<String, String> env) {
    return new Command("", env);
  }

  static Command run(String... arguments) {
    return prepared("").with(arguments);
  }

  static Command fed(String input, String... arguments) {
    return prepared(input).with(arguments);
  }

  Command with(String... arguments) {
    code = Main.execute(terminal, arguments);
    return this;
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  List<JsonNode> json() {
    return out().lines().map(line -> Json.MAPPER.readTree(line)).toList();
  }
}

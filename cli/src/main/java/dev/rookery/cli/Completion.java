package dev.rookery.cli;

import dev.rookery.cli.terminal.Terminal;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** Prints what teaches a shell the verbs and their options. */
@Command(
    name = "completion",
    footer = {"", "Use it with: source <(rookery completion)"})
final class Completion extends Verb {
  Completion(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    String script = AutoComplete.bash("rookery", Main.whole(terminal));
    if (json) {
      print(object().put("script", script));
    } else {
      terminal.line(script);
    }
    return Exit.DONE;
  }
}

package dev.rookery.cli;

import dev.rookery.InvalidInput;
import dev.rookery.cli.terminal.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints what a store's administrator grants; each backend brings its own. */
@Command(name = "acl")
final class Acl extends Verb {
  @Parameters(paramLabel = "STORE", description = "Whose access rights: postgresql or redis.")
  String store = "";

  Acl(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    String grants = grants();
    if (json) {
      print(object().put("store", store).put("grants", grants));
    } else {
      grants.lines().forEach(terminal::line);
    }
    return Exit.DONE;
  }

  private String grants() {
    if (!store.matches("[a-z]+")) {
      throw unknown();
    }
    try (InputStream in =
        Acl.class.getResourceAsStream("/META-INF/rookery/acl/" + store + ".txt")) {
      if (in == null) {
        throw unknown();
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private InvalidInput unknown() {
    return new InvalidInput(
        "'"
            + InvalidInput.shown(store)
            + "' has no access rights of its own; postgresql and redis have");
  }
}

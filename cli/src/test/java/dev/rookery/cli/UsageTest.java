package dev.rookery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageTest {
  @TempDir Path folder;

  @Test
  void helpNamesEveryVerb() {
    Command command = Command.run("--help");

    assertThat(command.code).isZero();
    assertThat(command.out())
        .contains(
            "serve",
            "publish",
            "tail",
            "subscribe",
            "replay",
            "subscriptions",
            "pause",
            "resume",
            "rewind",
            "remove",
            "dead-letters",
            "erase",
            "export",
            "import",
            "backup",
            "restore",
            "verify",
            "streams",
            "event",
            "audit",
            "doctor",
            "acl",
            "demo",
            "bench",
            "completion")
        .doesNotContain("demo-bot");
  }

  @Test
  void everyVerbHasHelp() {
    for (KnownVerb known : KnownVerb.ALL) {
      String verb = known.name();
      Command command = Command.run(verb, "--help");

      assertThat(command.code).isZero();
      assertThat(command.out()).contains("Usage: rookery " + verb).contains("--json", "--bus");
    }
  }

  @Test
  void noCommandIsWrongUsage() {
    Command command = Command.run();

    assertThat(command.code).isEqualTo(Exit.USAGE);
    assertThat(command.out()).isEmpty();
    assertThat(command.err()).contains("Usage: rookery");
  }

  @Test
  void wrongOptionsAreWrongUsageOnStandardError() {
    Command command = Command.run("tail", "--fron", "earliest");

    assertThat(command.code).isEqualTo(Exit.USAGE);
    assertThat(command.out()).isEmpty();
    assertThat(command.err()).contains("--fron").contains("rookery tail --help");
  }

  @Test
  void unknownVerbsAreWrongUsage() {
    assertThat(Command.run("publsh").code).isEqualTo(Exit.USAGE);
  }

  @Test
  void patternsPlacesAndAddressesOfTheWrongFormAreWrongUsage() {
    assertThat(Command.run("tail", "a..b", "--bus", "memory:u").code).isEqualTo(Exit.USAGE);
    assertThat(Command.run("tail", "--from", "noon", "--bus", "memory:u").code)
        .isEqualTo(Exit.USAGE);
    assertThat(Command.run("tail", "--bus", "carrier-pigeon:x").code).isEqualTo(Exit.USAGE);
    assertThat(Command.run("demo", "--bus", "memory:x").code).isEqualTo(Exit.USAGE);
    assertThat(Command.run("demo", "--bots", "1", "--kill").code).isEqualTo(Exit.USAGE);
  }

  @Test
  void aConfigurationWithAMistakeIsWrongUsageAndNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("rookery.json"), "{\"stream\":{}}");

    Command command = Command.run("streams", "--bus", "memory:u", "--config", file.toString());

    assertThat(command.code).isEqualTo(Exit.USAGE);
    assertThat(command.err()).contains("rookery.json: stream is not known");
  }

  @Test
  void theBusIsTheOptionThenTheVariableThenTheServerThenTheFolder() {
    Map<String, String> env = Map.of("ROOKERY_BUS", "memory:env");

    assertThat(BusAddress.resolve(Optional.of("memory:option"), env, () -> true))
        .isEqualTo("memory:option");
    assertThat(BusAddress.resolve(Optional.empty(), env, () -> true)).isEqualTo("memory:env");
    assertThat(BusAddress.resolve(Optional.empty(), Map.of(), () -> true))
        .isEqualTo("http://127.0.0.1:7070");
    assertThat(BusAddress.resolve(Optional.empty(), Map.of(), () -> false))
        .isEqualTo("file:./rookery-data");
  }

  @Test
  void aPortThatIsOpenAndIsNoServerDoesNotAnswer() throws IOException {
    try (ServerSocket other = new ServerSocket(0)) {
      Thread.ofVirtual()
          .start(() -> {
            try (var socket = other.accept()) {
              socket
                  .getOutputStream()
                  .write("220 mail\r\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });

      assertThat(BusAddress.answers(other.getLocalPort())).isFalse();
    }
  }

  @Test
  void completionIsAScript() {
    assertThat(Command.run("completion").out()).contains("dead-letters").contains("complete -F");
  }
}

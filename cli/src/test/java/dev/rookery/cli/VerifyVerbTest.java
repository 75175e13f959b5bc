package dev.rookery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Tag("P7")
class VerifyVerbTest {
  @TempDir private Path folder;

  private String bus() {
    return "file:" + folder.resolve("data");
  }

  private void stored(int count) {
    StringBuilder lines = new StringBuilder();
    for (int n = 1; n <= count; n++) {
      lines
          .append("{\"type\":\"user.said\",\"data\":{\"text\":\"number-")
          .append(n)
          .append("\"}}\n");
    }
    assertThat(Command.fed(lines.toString(), "publish", "-", "--bus", bus()).code).isZero();
  }

  private void damage(String text) throws IOException {
    Path file = folder.resolve("data").resolve("rookery.db");
    byte[] bytes = Files.readAllBytes(file);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
    assertThat(at).isPositive();
    bytes[at + text.length() - 1] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void aWholeLogEndsWithZeroAndDamageWithItsOwnCode() throws IOException {
    stored(9);

    Command whole = Command.run("verify", "--bus", bus());
    assertThat(whole.code).isEqualTo(Exit.DONE);
    assertThat(whole.out()).isEmpty();
    assertThat(whole.err()).contains("whole: 9 events");

    damage("number-5");
    Command damaged = Command.run("verify", "--bus", bus());
    assertThat(damaged.code).isEqualTo(Exit.DAMAGED).isEqualTo(4);
    assertThat(damaged.out()).contains("damage log user/0@5").contains("rookery restore");
    assertThat(damaged.err()).contains("1 damages");

    Command json = Command.run("verify", "--repair", "--json", "--bus", bus());
    assertThat(json.code).isEqualTo(Exit.DAMAGED);
    assertThat(json.json()).hasSize(2);
    JsonNode finding = json.json().getFirst();
    assertThat(finding.path("grade").asString()).isEqualTo("damage");
    assertThat(finding.path("partition").asString()).isEqualTo("user/0");
    assertThat(finding.path("first").asString()).isEqualTo("5");
    assertThat(finding.path("remedy").asString()).isEqualTo("by-hand");
    assertThat(json.json().getLast().path("damages").asInt()).isEqualTo(1);
    assertThat(Command.run("audit", "--bus", bus()).out()).contains("repair");
  }

  @Test
  void aLookThatIsInterruptedSaysSo() {
    stored(3);
    Command command = Command.prepared("");
    command.interruption.request();

    assertThat(command.with("verify", "--bus", bus()).code).isEqualTo(Exit.INTERRUPTED);
  }
}

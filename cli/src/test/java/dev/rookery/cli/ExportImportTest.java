package dev.rookery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What is exported from one bus and imported into another is the same there. */
class ExportImportTest {
  @TempDir private Path folder;
  private String from = "";
  private String to = "";

  @BeforeEach
  void somethingIsStored() {
    from = "file:" + folder.resolve("from");
    to = "file:" + folder.resolve("to");
    StringBuilder lines = new StringBuilder();
    for (int n = 0; n < 1_300; n++) {
      lines
          .append("{\"type\":\"")
          .append(n % 2 == 0 ? "user.said" : "bot.said")
          .append("\",\"source\":\"s\",\"id\":\"e")
          .append(n)
          .append("\",\"key\":\"k")
          .append(n % 5)
          .append("\",\"time\":\"2026-03-01T12:00:")
          .append(n % 60 < 10 ? "0" : "")
          .append(n % 60)
          .append(
              "Z\",\"correlation\":\"c\",\"version\":2,\"subject\":\"x\",\"data\":{ \"n\":1.10,\"at\":")
          .append(n)
          .append("}}\n");
    }
    assertThat(Command.fed(lines.toString(), "publish", "-", "--json", "--bus", from).code)
        .isZero();
  }

  private static List<String> events(String bus) {
    Command tail = Command.run("tail", "--no-follow", "--json", "--bus", bus);
    return tail.json().stream().map(line -> line.get("event").toString()).sorted().toList();
  }

  private Command exported(String... more) {
    return Command.prepared("").with(concat(more, "export", "--bus", from));
  }

  private static String[] concat(String[] more, String... first) {
    String[] all = new String[first.length + more.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }

  private JsonNode imported(String text) {
    return Command.fed(text, "import", "--json", "--bus", to).json().getLast();
  }

  @Test
  void whatIsImportedIsWhatWasExported() {
    Command export = exported();

    assertThat(export.code).isZero();
    assertThat(export.err()).contains("1,300 events exported");
    assertThat(imported(export.out()).toString())
        .isEqualTo(
            "{\"read\":1300,\"stored\":1300,\"duplicates\":0,\"passedOver\":0,\"failed\":0}");
    assertThat(events(to)).isEqualTo(events(from));
    assertThat(Command.run("export", "--bus", to).out()).contains("{ \"n\":1.10,\"at\":7}");
  }

  @Test
  void anImportThatIsRepeatedStoresNothingTwice() {
    String export = exported().out();
    imported(export.substring(0, export.indexOf("\"e700\"")));

    JsonNode counts = imported(export);

    assertThat(counts.get("duplicates").intValue()).isPositive();
    assertThat(counts.get("duplicates").intValue() + counts.get("stored").intValue())
        .isEqualTo(1_300);
    assertThat(events(to)).isEqualTo(events(from));
  }

  @Test
  void batchesOfCloudEventsAreImportedToo() {
    Command export = exported("--format", "cloudevents");

    List<String> lines = export.out().lines().toList();
    assertThat(lines).hasSize(3).allMatch(line -> line.startsWith("[{\"specversion\":\"1.0\""));
    assertThat(imported(export.out()).get("stored").intValue()).isEqualTo(1_300);
    assertThat(events(to)).isEqualTo(events(from));
  }

  @Test
  void anExportIsNarrowedByStreamTypeKeyAndTime() {
    assertThat(exported("--stream", "user").out().lines().count()).isEqualTo(650);
    assertThat(exported("bot.*").out().lines().count()).isEqualTo(650);
    assertThat(exported("--key", "k3").out().lines().count()).isEqualTo(260);
    assertThat(exported("--source", "other").out()).isEmpty();
    assertThat(
            exported("--since", "2026-03-01T12:00:10Z", "--until", "2026-03-01T12:00:11Z")
                .out()
                .lines()
                .count())
        .isEqualTo(22);
    assertThat(exported("--stream", "none").code).isEqualTo(Exit.FAILED);
    assertThat(exported("--since", "yesterday").err()).contains("yesterday");
  }

  @Test
  void aBadLineIsNamedAndTheOthersGoOn() {
    String text =
        """
        {"type":"user.said","source":"s","id":"1","data":{}}
        nonsense
        [{"type":"user.said","source":"s","id":"2"},{"id":"no type"},{"type":"user.said","source":"s","id":"3"}]

        {"stream":"user","partition":0,"position":"9","event":{"type":"a b","source":"s","id":"4"}}
        17
        {"type":"user.said","source":"s","id":"5"}
        """;
    Command command = Command.fed(text, "import", "--bus", to);

    assertThat(command.code).isEqualTo(Exit.FAILED);
    assertThat(command.err())
        .contains("line 2: not JSON", "line 3: ", "line 5: ", "line 6: ")
        .contains("8 events read: 4 stored, 0 there already, 0 passed over, 4 failed");
    assertThat(events(to)).hasSize(4);
  }

  @Test
  void erasedEventsAndRecordsOfAnAuditArePassedOver() {
    assertThat(Command.run("erase", "--key", "k0", "--bus", from).code).isZero();

    JsonNode counts = imported(exported().out());

    assertThat(counts.get("stored").intValue()).isEqualTo(1_040);
    assertThat(counts.get("passedOver").intValue()).isEqualTo(262);
    assertThat(counts.get("failed").intValue()).isZero();
  }

  @Test
  void aFileIsReadPlainOrPacked() throws Exception {
    Path packed = folder.resolve("events.gz");
    try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write(exported().out().getBytes(StandardCharsets.UTF_8));
    }
    Command dry = Command.run("import", packed.toString(), "--dry-run", "--bus", to);

    assertThat(dry.err()).contains("1,300 events read: 0 stored");
    assertThat(Command.run("import", packed.toString(), "--bus", to).err())
        .contains("1,300 stored");
  }

  @Test
  void whoCancelsAnExportIsToldWhereItGoesOn() {
    Command command = Command.prepared("");
    command.interruption.request();

    command.with("export", "--bus", from);

    assertThat(command.code).isEqualTo(Exit.INTERRUPTED);
    String message = command.err();
    String token = message.replaceAll("(?s).*--from ([^']+)'.*", "$1");
    long first = command.out().lines().count();
    assertThat(first + exported("--from", token).out().lines().count()).isEqualTo(1_300);
  }
}

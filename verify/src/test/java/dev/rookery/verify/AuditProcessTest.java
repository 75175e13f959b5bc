package dev.rookery.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Subscription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code rookery audit} as a process, on a folder that somebody changes by hand. */
@Timeout(900)
class AuditProcessTest {
  private static final String SECRET = "a secret that is in no store at all";

  @TempDir private Path folder;

  /** What a process said and how it ended. */
  private record Said(int code, String text) {}

  private String address() {
    return "file:" + folder.resolve("data");
  }

  private Said rookery(String... arguments) throws Exception {
    return at(address(), arguments);
  }

  private static Said at(String bus, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "dev.rookery.cli.Main"));
    command.addAll(Arrays.asList(arguments));
    command.addAll(List.of("--bus", bus));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("ROOKERY_AUDIT_KEY", SECRET);
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), text);
  }

  @BeforeEach
  void actFromTwoProcesses() throws Exception {
    try (EventBus bus = EventBus.open(address())) {
      bus.subscribe(Subscription.of("watcher", "user.*"), event -> {}).close();
      bus.publish(Draft.of("user.said"));
    }
    assertThat(rookery("pause", "watcher").code()).isZero();
    assertThat(rookery("resume", "watcher").code()).isZero();
  }

  private static void checked(Said said, int code, String... words) {
    assertThat(said.code()).as(said.text()).isEqualTo(code);
    assertThat(said.text()).contains(words).doesNotContain(SECRET);
  }

  @Test
  void anAuditThatNobodyTouchedIsWhole() throws Exception {
    checked(rookery("audit", "verify"), 0, "whole: 4 records of 2 writers, 2 acts (0 unfinished)");
    checked(rookery("audit"), 0, "pause", "resume", "watcher", System.getProperty("user.name"));
  }

  /** The log itself finds that its row was touched, and names it. */
  @Test
  void aRowThatWasChangedByHandTurnsItRed() throws Exception {
    change("pause", "PAUSE", false);

    checked(rookery("audit", "verify"), 1, "position 1 of system/0 does not match its checksum");
  }

  /** Who knows the format of the row mends its checksum too; the seal he cannot. */
  @Test
  void aRowThatWasChangedWithItsChecksumIsNamed() throws Exception {
    change("\"done\"", "\"gone\"", true);

    checked(rookery("audit", "verify"), 1, "altered ", "NOT WHOLE");
  }

  @Test
  void aRowThatIsGoneIsNamed() throws Exception {
    try (Connection db = open();
        PreparedStatement delete =
            db.prepareStatement(
                "DELETE FROM events WHERE place = (SELECT MIN(place) FROM events WHERE source ="
                    + " 'rookery-audit')")) {
      assertThat(delete.executeUpdate()).isEqualTo(1);
    }

    Said said = rookery("audit", "verify");

    assertThat(said.code()).as(said.text()).isEqualTo(1);
  }

  @Test
  void whatACheckpointKnowsAndIsGoneIsNamed() throws Exception {
    Path file = folder.resolve("checkpoint.json");
    Path copy = folder.resolve("copy");
    copy(folder.resolve("data"), copy);
    checked(rookery("rewind", "watcher", "--to", "earliest"), 0, "watcher was moved");
    checked(rookery("audit", "checkpoint", "--to", file.toString()), 0, "checkpoint at 6 records");
    checked(rookery("audit", "verify", "--from", file.toString()), 0, "whole: 0 records");

    String before = "file:" + copy;
    checked(at(before, "audit", "verify"), 0, "whole: 4 records");
    checked(at(before, "audit", "verify", "--from", file.toString()), 1, "cut-off");
    Files.writeString(file, Files.readString(file).replace("\"number\":2", "\"number\":1"));
    checked(rookery("audit", "verify", "--from", file.toString()), 1, "altered");
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (var files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private Connection open() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("data/rookery.db"));
  }

  /** Changes the first record of the audit that holds a text. */
  private void change(String what, String into, boolean checksum) throws SQLException {
    try (Connection db = open();
        PreparedStatement select =
            db.prepareStatement(
                "SELECT place, stored_at, total, checksum, id, source, body FROM events"
                    + " WHERE source = 'rookery-audit' ORDER BY place");
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        byte[] body = row.getBytes(7);
        if (replace(body, what, into)) {
          long sum = checksum ? checksum(row, body) : row.getLong(4);
          update(db, row.getLong(1), body, sum);
          return;
        }
      }
    }
    throw new AssertionError("no record holds " + what);
  }

  private static boolean replace(byte[] body, String what, String into) {
    String text = new String(body, StandardCharsets.ISO_8859_1);
    int at = text.indexOf(what);
    if (at < 0) {
      return false;
    }
    byte[] other = into.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(other, 0, body, at, other.length);
    return true;
  }

  private static long checksum(ResultSet row, byte[] body) throws SQLException {
    CRC32C said = new CRC32C();
    said.update(row.getString(5).getBytes(StandardCharsets.UTF_8));
    said.update(0);
    said.update(row.getString(6).getBytes(StandardCharsets.UTF_8));
    said.update(0);
    said.update(body);
    CRC32C whole = new CRC32C();
    whole.update(
        ByteBuffer.allocate(32)
            .putLong(said.getValue())
            .putLong(row.getLong(1))
            .putLong(row.getLong(2))
            .putLong(row.getLong(3))
            .array());
    return whole.getValue();
  }

  private static void update(Connection db, long place, byte[] body, long checksum)
      throws SQLException {
    try (PreparedStatement update =
        db.prepareStatement("UPDATE events SET body = ?, checksum = ? WHERE place = ?")) {
      update.setBytes(1, body);
      update.setLong(2, checksum);
      update.setLong(3, place);
      assertThat(update.executeUpdate()).isEqualTo(1);
    }
  }
}

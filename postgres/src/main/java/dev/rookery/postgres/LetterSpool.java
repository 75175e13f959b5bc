package dev.rookery.postgres;

import dev.rookery.DeadLetter;
import dev.rookery.Json;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The dead letters of one moment, in a file of this machine: unlike events they change, there may
 * be more of them than memory holds, and whoever reads them slowly must not hold up the vacuum.
 */
final class LetterSpool implements AutoCloseable {
  private static final int AT_ONCE = 200;

  private final Path file;
  private final BufferedReader in;

  private LetterSpool(Path file) throws IOException {
    this.file = file;
    this.in = Files.newBufferedReader(file);
  }

  /** Writes them all, within the transaction of the session. */
  static LetterSpool fill(Session session) throws SQLException {
    try {
      Path file = Files.createTempFile("rookery-letters-", ".tmp");
      try (BufferedWriter out = Files.newBufferedWriter(file)) {
        session.each(
            row -> {
              DeadLetter letter = PostgresDeadLetters.read(row);
              out.write(Json.MAPPER.writeValueAsString(letter));
              out.newLine();
            },
            AT_ONCE,
            PostgresDeadLetters.ALL);
        return new LetterSpool(file);
      } catch (SQLException | IOException | RuntimeException e) {
        Files.deleteIfExists(file);
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the dead letters of a backup need room in java.io.tmpdir", e);
    }
  }

  /** The next of them, none at the end. */
  List<DeadLetter> next() {
    try {
      List<DeadLetter> letters = new ArrayList<>();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        letters.add(Json.MAPPER.readValue(line, DeadLetter.class));
        if (letters.size() == AT_ONCE) {
          break;
        }
      }
      return letters;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      in.close();
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

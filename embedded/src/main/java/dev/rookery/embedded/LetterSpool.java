package dev.rookery.embedded;

import dev.rookery.DeadLetter;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The dead letters of one moment, in a file of their own: unlike events they change, there may be
 * more of them than memory holds, and whoever reads them slowly must not hold up the checkpoints.
 */
final class LetterSpool implements AutoCloseable {
  static final String PREFIX = "letters-";
  private static final String ALL =
      "SELECT id, redriving, letter, checksum FROM dead_letters ORDER BY id";

  private final Path file;
  private final DataInputStream in;
  private long left;

  private LetterSpool(Path file, long count) throws IOException {
    this.file = file;
    this.in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)));
    this.left = count;
  }

  /** Writes them all, within the transaction of the session. */
  static LetterSpool fill(Folder folder, Session session) throws SQLException, IOException {
    Path file = Files.createTempFile(folder.path(), PREFIX, ".tmp");
    long count = 0;
    try (DataOutputStream out =
            new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)));
        ResultSet rows = session.rows(ALL)) {
      for (; rows.next(); count++) {
        byte[] json = rows.getBytes(3);
        out.writeUTF(rows.getString(1));
        out.writeBoolean(rows.getBoolean(2));
        out.writeLong(rows.getLong(4));
        out.writeInt(json.length);
        out.write(json);
      }
    } catch (SQLException | IOException e) {
      Files.delete(file);
      throw e;
    }
    return new LetterSpool(file, count);
  }

  /** The next of them, none at the end. */
  List<DeadLetter> next(int most) throws IOException {
    List<DeadLetter> letters = new ArrayList<>();
    for (; left > 0 && letters.size() < most; left--) {
      String id = in.readUTF();
      boolean redriving = in.readBoolean();
      long checksum = in.readLong();
      byte[] json = in.readNBytes(in.readInt());
      letters.add(SqliteDeadLetters.letter(id, json, checksum, redriving));
    }
    return letters;
  }

  @Override
  public void close() throws IOException {
    in.close();
    Files.deleteIfExists(file);
  }
}

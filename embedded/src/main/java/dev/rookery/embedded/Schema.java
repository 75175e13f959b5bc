package dev.rookery.embedded;

import dev.rookery.ConfigDiffers;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** The tables. */
final class Schema {
  private static final int VERSION = 2;

  private static final String KNOWN_VERSION = "PRAGMA user_version = " + VERSION;

  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE partitions (
            number        INTEGER PRIMARY KEY,
            name          TEXT NOT NULL UNIQUE,
            trimmed       INTEGER NOT NULL DEFAULT 0, -- the last position removed
            trimmed_bytes INTEGER NOT NULL DEFAULT 0, -- the total of that event
            trimmed_at    INTEGER NOT NULL DEFAULT 0, -- its stored_at
            checksum      INTEGER NOT NULL
          )
          """,
          """
          CREATE TABLE events (
            place     INTEGER PRIMARY KEY, -- the partition's number << 40 | position
            stored_at INTEGER NOT NULL,    -- nanoseconds since 1970, never falling in a partition
            total     INTEGER NOT NULL,    -- bytes of all events of the partition up to this one
            checksum  INTEGER NOT NULL,    -- CRC-32C over all the others
            id        TEXT NOT NULL,
            source    TEXT NOT NULL,
            body      BLOB NOT NULL
          )
          """,
          """
          CREATE TABLE ids (
            id      TEXT NOT NULL,
            source  TEXT NOT NULL,
            number  INTEGER NOT NULL, -- of the partition
            place   INTEGER NOT NULL, -- of the event
            content BLOB NOT NULL,    -- a digest of what the publisher said
            PRIMARY KEY (id, source, number)
          ) WITHOUT ROWID
          """,
          // Ids that are younger than the window, of events that are trimmed
          """
          CREATE TABLE orphan_ids (
            place     INTEGER PRIMARY KEY,
            stored_at INTEGER NOT NULL,
            id        TEXT NOT NULL,
            source    TEXT NOT NULL
          )
          """,
          """
          CREATE TABLE subscriptions (
            name       TEXT PRIMARY KEY,
            paused     INTEGER NOT NULL,
            revision   INTEGER NOT NULL,
            definition BLOB NOT NULL,
            checksum   INTEGER NOT NULL
          ) WITHOUT ROWID
          """,
          """
          CREATE TABLE cursors (
            subscription TEXT NOT NULL,
            partition    TEXT NOT NULL,
            owner        TEXT NOT NULL DEFAULT '',
            epoch        INTEGER NOT NULL DEFAULT 0,
            ttl          INTEGER NOT NULL DEFAULT 0, -- of the claim, in nanoseconds
            clean        INTEGER NOT NULL DEFAULT 1, -- 0 from a claim to its clean release
            floor        INTEGER NOT NULL,           -- as in the cursor, for trimming
            cursor       BLOB NOT NULL,
            checksum     INTEGER NOT NULL,
            PRIMARY KEY (subscription, partition)
          )
          """,
          """
          CREATE TABLE dead_letters (
            id           TEXT PRIMARY KEY,
            subscription TEXT NOT NULL,
            partition    TEXT NOT NULL,
            high         INTEGER NOT NULL, -- of the position
            low          INTEGER NOT NULL,
            key          TEXT NOT NULL,
            reason       TEXT NOT NULL,
            redriving    INTEGER NOT NULL,
            since        INTEGER NOT NULL, -- nanoseconds since 1970
            letter       BLOB NOT NULL,
            checksum     INTEGER NOT NULL
          )
          """,
          "CREATE INDEX dead_letters_of_key"
              + " ON dead_letters (subscription, partition, key, high, low)",
          "CREATE INDEX dead_letters_redriving"
              + " ON dead_letters (subscription, partition, high, low) WHERE redriving = 1",
          "CREATE INDEX dead_letters_of_subscription ON dead_letters (subscription, id)",
          "CREATE INDEX dead_letters_by_reason ON dead_letters (subscription, partition, reason, key)",
          "CREATE INDEX dead_letters_by_age ON dead_letters (since) WHERE reason <> 'parked'",
          "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
          "CREATE TABLE high_water (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
          Conversations.TABLE,
          KNOWN_VERSION);

  private Schema() {}

  /** Makes the tables where they are missing, and those that an older Rookery did not have. */
  static void prepare(Session session, Folder folder) throws SQLException {
    int version = requireKnown(session, folder);
    if (version == 0) {
      for (String table : TABLES) {
        session.execute(table);
      }
    } else if (version == 1) {
      session.execute(Conversations.TABLE);
      Conversations.complete(session);
      session.execute(KNOWN_VERSION);
    }
    // Who held a claim is gone with its process; how it ended stays
    session.execute("UPDATE cursors SET owner = '' WHERE owner <> ''");
    session.commit();
  }

  /**
   * The version of the tables; 0 where there are none.
   *
   * @throws ConfigDiffers when a newer Rookery made them
   */
  static int requireKnown(Session session, Folder folder) throws SQLException {
    int version = session.first((ResultSet row) -> row.getInt(1), "PRAGMA user_version").orElse(0);
    if (version > VERSION) {
      throw new ConfigDiffers(
          folder.path()
              + " was written by a newer Rookery (version "
              + version
              + " of its tables, this one knows "
              + VERSION
              + "); use that one");
    }
    return version;
  }
}

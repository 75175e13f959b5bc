package dev.rookery.postgres;

import dev.rookery.Durability;
import dev.rookery.InvalidInput;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a server's settings are worth to those who trust it.
 *
 * @param durability the level that receipts reach
 * @param weaknesses settings that weaken a promise, one line each
 */
record ServerSettings(Durability durability, List<String> weaknesses) {
  private static final int OLDEST = 140_000;
  private static final String STANDBY = "standby";

  /** A setting that must be on, and what is lost where it is not. */
  private record Needed(String setting, String loss) {}

  private static final List<Needed> SYNCED =
      List.of(
          new Needed("fsync", "a power cut loses or damages what was acknowledged"),
          new Needed("full_page_writes", "a power cut in the midst of a write damages pages"));

  private static final String ASK =
      "SELECT name, setting FROM pg_catalog.pg_settings WHERE name IN ('server_version_num',"
          + " 'server_encoding', 'fsync', 'full_page_writes', 'synchronous_commit',"
          + " 'synchronous_standby_names', 'data_checksums', 'autovacuum') UNION ALL SELECT 'standby',"
          + " pg_catalog.pg_is_in_recovery()::text";

  ServerSettings {
    weaknesses = List.copyOf(weaknesses);
  }

  /**
   * Asks a server.
   *
   * @throws InvalidInput when it is too old, a standby, or keeps text in another encoding
   */
  static ServerSettings of(Session session, PostgresAddress address) throws SQLException {
    Map<String, String> found = new HashMap<>();
    session.list((ResultSet row) -> found.put(row.getString(1), row.getString(2)), ASK);
    requireUsable(address, found);
    return judged(address, found);
  }

  private static void requireUsable(PostgresAddress address, Map<String, String> found) {
    if (Integer.parseInt(found.getOrDefault("server_version_num", "0")) < OLDEST) {
      throw new InvalidInput(address + " is older than PostgreSQL 14, which is needed");
    }
    if (found.getOrDefault(STANDBY, "").equals("true")) {
      throw new InvalidInput(
          address + " is a standby: it cannot be written to, and may be behind; use the primary");
    }
    if (!found.getOrDefault("server_encoding", "").equals("UTF8")) {
      throw new InvalidInput(
          address
              + " keeps text as "
              + found.getOrDefault("server_encoding", "")
              + "; make the database with ENCODING 'UTF8'");
    }
  }

  /** What settings are worth. */
  static ServerSettings judged(PostgresAddress address, Map<String, String> found) {
    List<String> lines = new ArrayList<>();
    boolean synced = true;
    for (Needed needed : SYNCED) {
      if (!found.getOrDefault(needed.setting, "").equals("on")) {
        synced = false;
        lines.add(needed.setting + " is off: " + needed.loss + "; receipts say accepted");
      }
    }
    if (found.getOrDefault("synchronous_commit", "").equals("off")) {
      lines.add(
          "synchronous_commit is off: Rookery's own publishes switch it on, others' work is lost"
              + " with a crash; switch it on for all");
    }
    if (!found.getOrDefault("data_checksums", "").equals("on")) {
      lines.add("data_checksums is off: damage by the disk is handed out as it is");
    }
    if (!found.getOrDefault("autovacuum", "").equals("on")) {
      lines.add("autovacuum is off: tables grow, and searches by id go through them whole");
    }
    boolean replicated =
        synced
            && !found.getOrDefault("synchronous_standby_names", "").isEmpty()
            && List.of("on", "remote_apply").contains(found.get("synchronous_commit"));
    if (!replicated && address.demanded().filter(Durability.REPLICATED::equals).isPresent()) {
      lines.add("synchronous_standby_names is empty: no second server keeps what is taken");
    }
    if (!address.place().isLoopback() && !isTls(address)) {
      lines.add(
          "sslmode is not require, verify-ca or verify-full: passwords and events may cross the"
              + " network in the open");
    }
    return new ServerSettings(
        replicated ? Durability.REPLICATED : synced ? Durability.FSYNCED : Durability.ACCEPTED,
        lines.stream().map(line -> address + ": " + line).toList());
  }

  private static boolean isTls(PostgresAddress address) {
    return address
        .tls()
        .filter(mode -> mode.equals("require") || mode.startsWith("verify-"))
        .isPresent();
  }

  /**
   * Compares with what the address demands.
   *
   * @throws InvalidInput when the server cannot give it
   */
  void require(PostgresAddress address) {
    address
        .demanded()
        .filter(demanded -> demanded.compareTo(durability) > 0)
        .ifPresent(demanded -> {
          throw new InvalidInput(
              address
                  + " gives durability "
                  + durability
                  + ", "
                  + demanded
                  + " is demanded; it needs fsync and full_page_writes on"
                  + (demanded == Durability.REPLICATED
                      ? ", synchronous_commit on, and synchronous_standby_names"
                      : "")
                  + " ("
                  + String.join("; ", weaknesses)
                  + ")");
        });
  }
}

package dev.rookery.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.Durability;
import dev.rookery.InvalidInput;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is promised on which settings, and what is said of the others. */
@Tag("P1")
@Tag("P7")
class ServerSettingsTest {
  private static final PostgresAddress HERE = address("127.0.0.1");
  private static final Map<String, String> SAFE =
      Map.of(
          "fsync", "on",
          "full_page_writes", "on",
          "synchronous_commit", "on",
          "data_checksums", "on",
          "autovacuum", "on",
          "synchronous_standby_names", "");

  private static PostgresAddress address(String rest) {
    return PostgresAddress.of(
        Address.parse("postgresql://" + rest + (rest.contains("/") ? "" : "/db")));
  }

  private static ServerSettings with(PostgresAddress address, String setting, String value) {
    Map<String, String> found = new HashMap<>(SAFE);
    found.put(setting, value);
    return ServerSettings.judged(address, found);
  }

  @Test
  void safeSettingsHaveNoWeakness() {
    assertThat(ServerSettings.judged(HERE, SAFE))
        .isEqualTo(new ServerSettings(Durability.FSYNCED, java.util.List.of()));
  }

  @Test
  void withoutSyncingReceiptsSayAccepted() {
    for (String setting : new String[] {"fsync", "full_page_writes"}) {
      ServerSettings weak = with(HERE, setting, "off");

      assertThat(weak.durability()).isEqualTo(Durability.ACCEPTED);
      assertThat(weak.weaknesses()).singleElement().asString().contains(setting + " is off");
      assertThatThrownBy(() -> weak.require(address("h/db?durability=fsynced")))
          .isInstanceOf(InvalidInput.class)
          .hasMessageContaining(setting);
    }
  }

  @Test
  void commitsThatDoNotWaitAreNamedAndNotOurs() {
    ServerSettings weak = with(HERE, "synchronous_commit", "off");

    assertThat(weak.durability()).isEqualTo(Durability.FSYNCED);
    assertThat(weak.weaknesses()).singleElement().asString().contains("synchronous_commit");
  }

  @Test
  void tablesThatAreNeverVacuumedAreNamed() {
    assertThat(with(HERE, "autovacuum", "off").weaknesses())
        .singleElement()
        .asString()
        .contains("autovacuum is off");
  }

  @Test
  void aSecondServerThatConfirmsMeansReplicated() {
    assertThat(with(HERE, "synchronous_standby_names", "ANY 1 (*)").durability())
        .isEqualTo(Durability.REPLICATED);
  }

  @Test
  void anotherMachineWithoutTlsIsNamed() {
    assertThat(ServerSettings.judged(address("db.example"), SAFE).weaknesses())
        .singleElement()
        .asString()
        .contains("sslmode");
    assertThat(
            ServerSettings.judged(address("db.example/db?sslmode=verify-full"), SAFE).weaknesses())
        .isEmpty();
  }

  @Test
  void aServerWhoseCommitsDoNotWaitIsMadeToForOurs() {
    TestServer server = TestServer.shared();
    String schemaAddress = server.freshSchema();
    server.run("ALTER DATABASE postgres SET synchronous_commit = off");
    try (Opened opened = Opened.at(schemaAddress)) {
      String schema = PostgresAddress.of(Address.parse(schemaAddress)).schema();
      opened.append("a", 1);
      server.run("CREATE TABLE " + schema + ".seen AS SELECT ''::text AS setting");
      server.run(
          "CREATE FUNCTION "
              + schema
              + ".see() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE "
              + schema
              + ".seen SET setting = current_setting(''synchronous_commit''); RETURN NULL; END'");
      server.run(
          "CREATE CONSTRAINT TRIGGER see AFTER UPDATE ON "
              + schema
              + ".partitions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "
              + schema
              + ".see()");

      opened.append("b", 1);

      assertThat(server.ask("SELECT setting FROM " + schema + ".seen")).containsExactly("on");
      assertThat(opened.backend().capabilities().weaknesses())
          .anyMatch(line -> line.contains("synchronous_commit is off"));
    } finally {
      server.run("ALTER DATABASE postgres RESET synchronous_commit");
    }
  }
}

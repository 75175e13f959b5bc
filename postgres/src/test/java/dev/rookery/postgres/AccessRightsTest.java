package dev.rookery.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.BackendContract;
import dev.rookery.testkit.Samples;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The whole contract with no more rights than {@code rookery acl postgresql} grants the server. */
class AccessRightsTest extends BackendContract {
  private static final TestServer SERVER = TestServer.shared();
  private static final String FRESH = SERVER.freshSchema();
  private static final String SCHEMA = PostgresAddress.of(Address.parse(FRESH)).schema();
  private static final String ADDRESS = granted();

  private final MovedClock clock = new MovedClock(SERVER, FRESH);

  AccessRightsTest() {
    SERVER.empty(FRESH);
  }

  /** Does what the printed text says, in its order; the roles are named after the schema. */
  private static String granted() {
    String[] steps =
        printed()
            .replace("rookery", SCHEMA)
            .replace("{password}", "secret")
            .split("-- [23]\\.", -1);
    statements(steps[0]);
    Opened.at(as("migration")).close();
    statements(steps[2]);
    return as("server");
  }

  private static String as(String role) {
    PostgresAddress address = PostgresAddress.of(Address.parse(FRESH));
    return "postgresql://%s_%s:secret@%s/%s?schema=%s"
        .formatted(SCHEMA, role, address.place(), address.database(), SCHEMA);
  }

  private static void statements(String text) {
    text.lines().filter(line -> line.matches("(CREATE|ALTER|GRANT) .*;")).forEach(SERVER::run);
  }

  private static String printed() {
    String name = "/META-INF/rookery/acl/postgresql.txt";
    try (InputStream in = AccessRightsTest.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected Backend open(BusConfig config, Environment environment) {
    return PostgresBackend.open(PostgresAddress.of(Address.parse(ADDRESS)), config, environment);
  }

  @Override
  public void letPass(Duration time) {
    clock.advance(time);
  }

  @Override
  public Instant storeTime() {
    return clock.now();
  }

  @Test
  void nothingElseIsGranted() throws SQLException {
    log().append(Samples.USER, Samples.appends("a"));
    try (Connection server = new Connections(PostgresAddress.of(Address.parse(ADDRESS))).direct();
        Statement statement = server.createStatement()) {
      refuses(statement, "UPDATE SCHEMA.events SET data = ''");
      refuses(statement, "DELETE FROM SCHEMA.events");
      refuses(statement, "TRUNCATE SCHEMA.dead_letters");
      refuses(statement, "DROP TABLE SCHEMA.events");
      refuses(statement, "CREATE TABLE SCHEMA.other (n integer)");
      refuses(
          statement,
          "CREATE OR REPLACE FUNCTION SCHEMA.clock() RETURNS timestamptz AS '' LANGUAGE sql");
      refuses(statement, "SET ROLE SCHEMA_owner");
    }
  }

  private static void refuses(Statement statement, String sql) {
    assertThatThrownBy(() -> statement.execute(sql.replace("SCHEMA", SCHEMA)))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
  }
}

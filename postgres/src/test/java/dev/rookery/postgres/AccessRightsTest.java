package dev.rookery.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.rookery.Address;
import dev.rookery.Backup;
import dev.rookery.BusConfig;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.InvalidInput;
import dev.rookery.Position;
import dev.rookery.backup.Restore;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Outbox;
import dev.rookery.testkit.BackendContract;
import dev.rookery.testkit.Samples;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
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
  static final String FRESH = SERVER.freshSchema();
  static final String SCHEMA = PostgresAddress.of(Address.parse(FRESH)).schema();
  static final String ADDRESS = granted();

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
  void whoServesMayBackUpAndWhoMigratesMayRestore() throws IOException {
    log().append(Samples.USER, Samples.appends("a"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (EventBus bus = EventBus.open(ADDRESS);
        Backup backup = bus.operations().backup()) {
      backup.writeTo(bytes, events -> {});
    }
    SERVER.empty(FRESH);

    assertThatThrownBy(() -> restore(bytes, ADDRESS))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("rookery acl postgresql");
    restore(bytes, as("migration"));
    try (Opened restored = Opened.at(ADDRESS)) {
      assertThat(restored.log().size(Samples.USER).events()).isEqualTo(1);
      assertThat(restored.log().append(Samples.USER, Samples.appends("b"))).hasSize(1);
    }
  }

  private static void restore(ByteArrayOutputStream backup, String address) throws IOException {
    Restore.run(
        new ByteArrayInputStream(backup.toByteArray()),
        Address.parse(address),
        Environment.system(),
        events -> {});
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

  @Test
  void aWriterOfTheOutboxPublishesAndDoesNothingElse() throws SQLException {
    String shop = SCHEMA + "_shop";
    SERVER.run("CREATE ROLE %s LOGIN PASSWORD 'secret' IN ROLE %s_outbox".formatted(shop, SCHEMA));
    try (Connection writer =
            new Connections(PostgresAddress.of(Address.parse(as("shop")))).direct();
        Statement statement = writer.createStatement()) {
      refuses(statement, "INSERT INTO SCHEMA.outbox (id) VALUES ('a')");
      refuses(statement, "SELECT * FROM SCHEMA.outbox");
      refuses(statement, "DELETE FROM SCHEMA.outbox");
      refuses(statement, "SELECT * FROM SCHEMA.events");
      refuses(statement, "SELECT SCHEMA.make_partition('user', 0)");
      refuses(statement, "SELECT setval('SCHEMA.outbox_notified', 1)");

      statement.execute("SELECT " + SCHEMA + ".publish('user.paid', id => 'by the function')");
      writer.setAutoCommit(false);
      Outbox outbox = backend().outbox().orElseThrow();
      outbox.add(writer, Samples.append("by the bus"), false);
      writer.commit();
    }

    Sequencing.AS_IT_IS.on(new Opened((PostgresBackend) backend()), ADDRESS).drain();
    assertThat(log().read(Samples.USER, Position.ZERO, 10, 1_000))
        .extracting(entry -> ((Entry.Stored) entry).event())
        .extracting(Event::id, Event::source)
        .containsExactly(tuple("by the function", shop), tuple("by the bus", "bot-1"));
  }

  private static void refuses(Statement statement, String sql) {
    assertThatThrownBy(() -> statement.execute(sql.replace("SCHEMA", SCHEMA)))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
  }
}

package dev.rookery.postgres;

import dev.rookery.BusConfig;
import dev.rookery.Operations;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Capabilities;
import dev.rookery.spi.DeadLetterStore;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Outbox;
import dev.rookery.spi.Snapshot;
import dev.rookery.spi.SubscriptionStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** One open of a log in PostgreSQL. */
final class PostgresBackend implements Backend {
  private static final Duration POLL = Duration.ofMillis(250);

  private final Database database;
  private final Environment environment;
  private final LiveSettings settings;
  private final Wakeups wakeups;
  private final PostgresLog log;
  private final PostgresOutbox outbox;
  private final PostgresSubscriptions subscriptions;
  private final PostgresDeadLetters deadLetters;
  private final AtomicBoolean closed = new AtomicBoolean();

  private PostgresBackend(
      Database database,
      Connections connections,
      ServerSettings first,
      BusConfig config,
      Environment environment) {
    this.database = database;
    this.environment = environment;
    settings = new LiveSettings(database, first);
    wakeups = new Wakeups(database, connections, settings, environment);
    Partitions partitions = new Partitions(database);
    log = new PostgresLog(database, config, partitions, settings, wakeups);
    outbox =
        new PostgresOutbox(
            database, partitions, settings, wakeups, !config.idWindow().isZero(), log::moved);
    subscriptions = new PostgresSubscriptions(database);
    deadLetters = new PostgresDeadLetters(database);
  }

  /** Connects, looks what the server's settings are worth, and makes the tables where they miss. */
  static PostgresBackend open(PostgresAddress address, BusConfig config, Environment environment) {
    Connections connections = new Connections(address);
    ServerSettings first = look(address, connections);
    return new PostgresBackend(
        new Database(address, connections.usual()), connections, first, config, environment);
  }

  /** A place with the tables in it, for who keeps something else there than a log. */
  static Database prepared(PostgresAddress address) {
    Connections connections = new Connections(address);
    look(address, connections);
    return new Database(address, connections.usual());
  }

  private static ServerSettings look(PostgresAddress address, Connections connections) {
    try {
      ServerSettings settings;
      try (Connection connection = connections.direct()) {
        settings =
            ServerSettings.of(new Session(connection, new Schema(address.schema())), address);
      }
      settings.require(address);
      Migrations.apply(address, connections);
      RestoredSchema.requireFinished(address, connections);
      return settings;
    } catch (SQLException e) {
      throw Trouble.of(address, e);
    }
  }

  @Override
  public Capabilities capabilities() {
    ServerSettings now = settings.now();
    return new Capabilities(now.durability(), true, false, true, POLL, now.weaknesses());
  }

  @Override
  public EventLog log() {
    return log;
  }

  @Override
  public SubscriptionStore subscriptions() {
    return subscriptions;
  }

  @Override
  public DeadLetterStore deadLetters() {
    return deadLetters;
  }

  @Override
  public Optional<Outbox> outbox() {
    return Optional.of(outbox);
  }

  @Override
  public List<Operations.Metric> metrics() {
    return OutboxState.of(database).map(OutboxState::metrics).orElse(List.of());
  }

  @Override
  public List<String> states() {
    return OutboxState.of(database).map(OutboxState::lines).orElse(List.of());
  }

  @Override
  public Optional<String> setting(String name) {
    return database.call(session ->
        session.first(
            (ResultSet row) -> row.getString(1),
            "SELECT value FROM rookery.settings WHERE name = ?",
            name));
  }

  @Override
  public boolean changeSetting(String name, Optional<String> seen, String value) {
    int changed =
        database.call(session ->
            seen.isEmpty()
                ? session.update(
                    "INSERT INTO rookery.settings (name, value) VALUES (?, ?) ON CONFLICT DO"
                        + " NOTHING",
                    name,
                    value)
                : session.update(
                    "UPDATE rookery.settings SET value = ? WHERE name = ? AND value = ?",
                    value,
                    name,
                    seen.get()));
    return changed == 1;
  }

  @Override
  public Snapshot snapshot() {
    return snapshot(SnapshotState.ONE_MOMENT);
  }

  /** A snapshot whose short transaction begins with a statement of the caller's. */
  Snapshot snapshot(String begin) {
    return PostgresSnapshot.take(database.patient(), environment.newId(), begin);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      wakeups.close();
      log.close();
      database.close();
    }
  }
}

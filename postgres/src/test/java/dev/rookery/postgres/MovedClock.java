package dev.rookery.postgres;

import dev.rookery.Address;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;

/** The clock of a schema, ahead by what a test lets pass. */
final class MovedClock {
  private final TestServer server;
  private final String schema;
  private Duration ahead = Duration.ZERO;

  MovedClock(TestServer server, String address) {
    this.server = server;
    this.schema = PostgresAddress.of(Address.parse(address)).schema();
  }

  void advance(Duration time) {
    ahead = ahead.plus(time);
    server.run(
        "CREATE OR REPLACE FUNCTION "
            + schema
            + ".clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT"
            + " pg_catalog.clock_timestamp() + "
            + ahead.toMillis()
            + " * interval ''1 millisecond'''");
  }

  Instant now() {
    String now = "SELECT to_char(" + schema + ".clock() AT TIME ZONE 'UTC', ";
    return OffsetDateTime.parse(server.ask(now + "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')").getFirst())
        .toInstant();
  }
}

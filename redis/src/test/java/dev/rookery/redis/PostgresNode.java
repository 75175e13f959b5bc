package dev.rookery.redis;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;

/**
 * A real PostgreSQL; {@code -Drookery.postgres.url=postgresql://...} names another than the one
 * that the tests bring.
 */
final class PostgresNode {
  private static final String ADDRESS =
      System.getProperty("rookery.postgres.url", "").isEmpty()
          ? started()
          : System.getProperty("rookery.postgres.url");

  private PostgresNode() {}

  private static String started() {
    try {
      EmbeddedPostgres server = EmbeddedPostgres.builder().start();
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(() -> {
                try {
                  server.close();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }));
      return "postgresql://postgres@127.0.0.1:" + server.getPort() + "/postgres";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The address of a schema that nobody uses yet. */
  static String freshSchema() {
    return ADDRESS + "?schema=test_" + UUID.randomUUID().toString().replace("-", "");
  }
}

package dev.rookery.redis;

import dev.rookery.postgres.TestServer;
import org.junit.jupiter.api.Tag;

/** The same with a log that other processes share. */
@Tag("nightly")
class HybridPostgresBackupTest extends HybridBackupTest {
  @Override
  String truth(String name) {
    return TestServer.shared().freshSchema() + "&";
  }
}

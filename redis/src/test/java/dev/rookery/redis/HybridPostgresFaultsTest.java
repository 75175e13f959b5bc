package dev.rookery.redis;

import dev.rookery.postgres.TestServer;
import org.junit.jupiter.api.Tag;

/** The same with a log that other processes share. */
@Tag("nightly")
class HybridPostgresFaultsTest extends HybridFaultsTest {
  @Override
  String truth() {
    return TestServer.shared().freshSchema() + "&";
  }
}

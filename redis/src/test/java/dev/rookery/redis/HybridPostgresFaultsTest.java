package dev.rookery.redis;

/** The same with a log that other processes share. */
class HybridPostgresFaultsTest extends HybridFaultsTest {
  @Override
  String truth() {
    return PostgresNode.freshSchema() + "&";
  }
}

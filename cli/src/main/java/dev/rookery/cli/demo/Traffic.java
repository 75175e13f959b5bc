package dev.rookery.cli.demo;

import java.io.IOException;

/** Chat with the moments at which it is to be published. It does not end. */
interface Traffic extends AutoCloseable {
  /** Chat, and when it is due after the beginning. */
  record Due(long nanos, Chat chat) {}

  Due next() throws IOException;

  /** Whether it is from a corpus that must be named where it is shown. */
  boolean isOfCorpus();

  @Override
  void close() throws IOException;
}

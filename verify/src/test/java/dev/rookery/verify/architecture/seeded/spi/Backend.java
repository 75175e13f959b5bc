package dev.rookery.verify.architecture.seeded.spi;

import dev.rookery.verify.architecture.seeded.embedded.SqliteLog;

/** Wrong: the interface knows one of its backends. */
public interface Backend {
  SqliteLog log();
}

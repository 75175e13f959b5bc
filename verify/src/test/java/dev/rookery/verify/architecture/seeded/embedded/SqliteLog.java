package dev.rookery.verify.architecture.seeded.embedded;

import dev.rookery.verify.architecture.seeded.engine.Worker;

/** Wrong: a backend knows the engine. */
public interface SqliteLog {
  Worker worker();
}

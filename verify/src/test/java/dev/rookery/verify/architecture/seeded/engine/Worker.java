package dev.rookery.verify.architecture.seeded.engine;

import dev.rookery.verify.architecture.seeded.embedded.SqliteLog;

/** Wrong: the engine knows a backend. */
public record Worker(SqliteLog log) {}

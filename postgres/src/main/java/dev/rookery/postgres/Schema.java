package dev.rookery.postgres;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The schema that the tables stand in. Statements name it in full, {@code rookery.events}, since
 * behind a pool of others a search path would not be ours.
 */
final class Schema {
  static final String USUAL = "rookery";
  private static final String PREFIX = USUAL + ".";

  private final String name;
  private final Map<String, String> statements = new ConcurrentHashMap<>();

  Schema(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  /** A statement that was written for the usual schema, for this one. */
  String sql(String statement) {
    return name.equals(USUAL)
        ? statement
        : statements.computeIfAbsent(statement, s -> s.replace(PREFIX, '"' + name + "\"."));
  }
}

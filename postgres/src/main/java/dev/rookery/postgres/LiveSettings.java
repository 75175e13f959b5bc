package dev.rookery.postgres;

import dev.rookery.InvalidInput;
import dev.rookery.PublishRejected;
import java.lang.System.Logger.Level;

/** The settings of the server as they were looked at last; an operator may change them any time. */
final class LiveSettings {
  private static final System.Logger LOG = System.getLogger(LiveSettings.class.getName());

  private final Database database;
  private volatile ServerSettings now;

  LiveSettings(Database database, ServerSettings first) {
    this.database = database;
    this.now = first;
  }

  /** Looks again, and says what got weaker. */
  void refresh() {
    ServerSettings before = now;
    now = database.call(session -> ServerSettings.of(session, database.address()));
    for (String weakness : now.weaknesses()) {
      if (!before.weaknesses().contains(weakness)) {
        LOG.log(Level.ERROR, "the settings changed: " + weakness);
      }
    }
  }

  ServerSettings now() {
    return now;
  }

  /**
   * Compares with what the address demands.
   *
   * @throws PublishRejected when the server can no longer give it
   */
  void requireDemanded() {
    try {
      now.require(database.address());
    } catch (InvalidInput e) {
      throw new PublishRejected(String.valueOf(e.getMessage()), e);
    }
  }
}

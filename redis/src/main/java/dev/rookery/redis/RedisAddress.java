package dev.rookery.redis;

import dev.rookery.Address;
import dev.rookery.Durability;
import dev.rookery.InvalidInput;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.Set;

/**
 * Where a Redis is, and who asks.
 *
 * @param sentinel the name under which sentinels know it, where host and port are those of one
 * @param credentials user and password with a colon between, empty for none
 * @param demanded the least level that receipts must reach
 */
record RedisAddress(
    String host,
    int port,
    int database,
    boolean tls,
    Optional<String> sentinel,
    Optional<String> credentials,
    Optional<Durability> demanded) {
  private static final int PORT = 6379;
  private static final int SENTINEL_PORT = 26379;
  private static final Set<String> OPTIONS = Set.of("durability", "sentinel");

  /**
   * Reads an address.
   *
   * @throws InvalidInput when it names no host, or an option that is not known
   */
  static RedisAddress of(Address address) {
    for (String option : address.options().keySet()) {
      if (!OPTIONS.contains(option)) {
        throw new InvalidInput(
            "the option '"
                + InvalidInput.shown(option)
                + "' is not known to redis; known are durability and sentinel");
      }
    }
    URI uri = uri(address);
    Optional<String> sentinel = address.option("sentinel");
    int usual = sentinel.isPresent() ? SENTINEL_PORT : PORT;
    return new RedisAddress(
        uri.getHost(),
        uri.getPort() < 0 ? usual : uri.getPort(),
        database(uri.getPath()),
        address.scheme().equals("rediss"),
        sentinel,
        Optional.ofNullable(uri.getUserInfo()),
        address.option("durability").map(RedisAddress::durability));
  }

  private static URI uri(Address address) {
    try {
      URI uri = new URI(address.scheme() + ":" + address.rest());
      if (uri.getHost() != null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Its message holds the address, and with it the password
    }
    throw new InvalidInput(
        "'" + address + "' names no Redis; one looks like redis://127.0.0.1:6379");
  }

  private static int database(String path) {
    if (path.isEmpty() || path.equals("/")) {
      return 0;
    }
    try {
      return Integer.parseUnsignedInt(path.substring(1));
    } catch (NumberFormatException e) {
      throw new InvalidInput(
          "'" + InvalidInput.shown(path) + "' is no database of Redis; one looks like /0", e);
    }
  }

  private static Durability durability(String text) {
    for (Durability level : Durability.values()) {
      if (level.toString().equals(text)) {
        return level;
      }
    }
    throw new InvalidInput(
        "durability="
            + InvalidInput.shown(text)
            + " is not known; durability=fsynced and durability=replicated are");
  }

  Optional<String> user() {
    return credentials
        .map(text -> text.substring(0, Math.max(0, text.indexOf(':'))))
        .filter(user -> !user.isEmpty());
  }

  /** As other tools of Redis have it: without a colon the whole is the password. */
  Optional<String> password() {
    return credentials.map(text -> text.substring(text.indexOf(':') + 1));
  }

  @Override
  public String toString() {
    return (tls ? "rediss://" : "redis://")
        + host
        + ":"
        + port
        + (database == 0 ? "" : "/" + database)
        + sentinel.map(name -> "?sentinel=" + name).orElse("");
  }
}

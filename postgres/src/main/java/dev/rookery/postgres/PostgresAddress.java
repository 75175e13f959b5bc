package dev.rookery.postgres;

import dev.rookery.Address;
import dev.rookery.Durability;
import dev.rookery.InvalidInput;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where a PostgreSQL is, who asks, and how: {@code
 * postgresql://[user[:password]@]host[:port]/database}.
 *
 * @param credentials user and password with a colon between, empty for none
 * @param schema the option {@code schema}: where the tables stand
 * @param listen the option {@code listen=host[:port]}: where the server itself is, if the address
 *     is that of a pool such as PgBouncer, which does not hand on notifications
 * @param tls the option {@code sslmode}, as PostgreSQL's own tools know it
 * @param rootCertificate the option {@code sslrootcert}: a file with those who may vouch for it
 * @param passwordFile the option {@code passwordFile}: a file with the password alone
 * @param connections the option {@code connections}: how many at most, beside the one that listens
 * @param demanded the option {@code durability}: the least level that receipts must reach
 */
record PostgresAddress(
    Place place,
    String database,
    Optional<String> credentials,
    String schema,
    Optional<Place> listen,
    Optional<String> tls,
    Optional<String> rootCertificate,
    Optional<String> passwordFile,
    int connections,
    Optional<Durability> demanded) {
  private static final int PORT = 5432;
  private static final int CONNECTIONS = 4;
  private static final int MOST_CONNECTIONS = 64;
  private static final Pattern SCHEMA = Pattern.compile("[a-z_][a-z0-9_]{0,40}");
  private static final Set<String> TLS =
      Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");
  private static final Set<String> OPTIONS =
      Set.of(
          "schema",
          "listen",
          "sslmode",
          "sslrootcert",
          "passwordFile",
          "connections",
          "durability");

  /** A host and its port. */
  record Place(String host, int port) {
    boolean isLoopback() {
      return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    }

    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /**
   * Reads an address.
   *
   * @throws InvalidInput when it names no host or database, or an option that is not known
   */
  static PostgresAddress of(Address address) {
    for (String option : address.options().keySet()) {
      if (!OPTIONS.contains(option)) {
        throw new InvalidInput(
            "the option '"
                + InvalidInput.shown(option)
                + "' is not known to postgresql; known are "
                + String.join(", ", OPTIONS.stream().sorted().toList()));
      }
    }
    URI uri = uri(address.scheme() + ":" + address.rest(), address);
    String database = uri.getPath().isEmpty() ? "" : uri.getPath().substring(1);
    if (database.isEmpty() || database.contains("/")) {
      throw unnamed(address);
    }
    return new PostgresAddress(
        place(uri),
        database,
        Optional.ofNullable(uri.getUserInfo()),
        schema(address.option("schema").orElse(Schema.USUAL)),
        address.option("listen").map(text -> place(uri("postgresql://" + text, address))),
        address.option("sslmode").map(PostgresAddress::tls),
        address.option("sslrootcert"),
        address.option("passwordFile"),
        address.option("connections").map(PostgresAddress::connections).orElse(CONNECTIONS),
        address.option("durability").map(PostgresAddress::durability));
  }

  private static URI uri(String text, Address address) {
    try {
      URI uri = new URI(text);
      if (uri.getHost() != null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Its message holds the address, and with it the password
    }
    throw unnamed(address);
  }

  private static InvalidInput unnamed(Address address) {
    return new InvalidInput(
        "'"
            + address
            + "' names no PostgreSQL; one looks like postgresql://127.0.0.1:5432/database");
  }

  private static Place place(URI uri) {
    return new Place(uri.getHost(), uri.getPort() < 0 ? PORT : uri.getPort());
  }

  private static String schema(String text) {
    if (!SCHEMA.matcher(text).matches() || text.startsWith("pg_")) {
      throw new InvalidInput(
          "'" + InvalidInput.shown(text) + "' is no name for a schema; up to 41 of a-z0-9_");
    }
    return text;
  }

  private static String tls(String text) {
    if (!TLS.contains(text)) {
      throw new InvalidInput(
          "sslmode="
              + InvalidInput.shown(text)
              + " is not known; sslmode=verify-full is what protects");
    }
    return text;
  }

  private static int connections(String text) {
    try {
      int number = Integer.parseInt(text);
      if (number >= 1 && number <= MOST_CONNECTIONS) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below
    }
    throw new InvalidInput(
        "connections="
            + InvalidInput.shown(text)
            + " does not lie between 1 and "
            + MOST_CONNECTIONS);
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
        .map(text -> text.contains(":") ? text.substring(0, text.indexOf(':')) : text)
        .filter(user -> !user.isEmpty());
  }

  Optional<String> password() {
    return credentials
        .filter(text -> text.contains(":"))
        .map(text -> text.substring(text.indexOf(':') + 1));
  }

  @Override
  public String toString() {
    return "postgresql://"
        + place
        + "/"
        + database
        + (schema.equals(Schema.USUAL) ? "" : "?schema=" + schema);
  }
}

package dev.rookery.server;

import dev.rookery.InvalidInput;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * How a bus is served.
 *
 * @param host a loopback address; there are no credentials yet, so no other is taken
 * @param port 0: any free one
 * @param maxConnections open at once, of any kind
 * @param maxSubscribers WebSockets and event streams at once
 * @param maxSubscriptions durable subscriptions of the bus, after which no new one is made
 * @param bodyLimit how long a request may take to arrive
 * @param drainLimit how long closing waits for handlers
 */
public record ServerConfig(
    String host,
    int port,
    int maxConnections,
    int maxSubscribers,
    int maxSubscriptions,
    Duration bodyLimit,
    Duration drainLimit) {
  public static final int PORT = 7070;

  public ServerConfig {
    if (port < 0 || port > 65_535) {
      throw new InvalidInput("the port " + port + " does not lie between 0 and 65535");
    }
    if (maxConnections < 1 || maxSubscribers < 1 || maxSubscriptions < 1) {
      throw new InvalidInput("the server's bounds are at least 1");
    }
    requireLoopback(host);
  }

  /** The usual bounds at {@code host:port}. */
  public static ServerConfig listen(String address) {
    int colon = address.lastIndexOf(':');
    try {
      String host = address.substring(0, colon);
      boolean bracketed = host.startsWith("[") && host.endsWith("]");
      return of(
          bracketed ? host.substring(1, host.length() - 1) : host,
          Integer.parseInt(address.substring(colon + 1)));
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new InvalidInput(
          "'" + InvalidInput.shown(address) + "' is no address to listen at; use 127.0.0.1:7070",
          e);
    }
  }

  /** The usual bounds. */
  public static ServerConfig of(String host, int port) {
    return new ServerConfig(
        host, port, 1_000, 500, 1_000, Duration.ofSeconds(10), Duration.ofSeconds(10));
  }

  public ServerConfig maxSubscribers(int most) {
    return new ServerConfig(
        host, port, maxConnections, most, maxSubscriptions, bodyLimit, drainLimit);
  }

  public ServerConfig maxSubscriptions(int most) {
    return new ServerConfig(
        host, port, maxConnections, maxSubscribers, most, bodyLimit, drainLimit);
  }

  public ServerConfig bodyLimit(Duration limit) {
    return new ServerConfig(
        host, port, maxConnections, maxSubscribers, maxSubscriptions, limit, drainLimit);
  }

  public ServerConfig drainLimit(Duration limit) {
    return new ServerConfig(
        host, port, maxConnections, maxSubscribers, maxSubscriptions, bodyLimit, limit);
  }

  private static void requireLoopback(String host) {
    try {
      if (!host.isEmpty() && InetAddress.getByName(host).isLoopbackAddress()) {
        return;
      }
    } catch (UnknownHostException e) {
      throw new InvalidInput("the host " + InvalidInput.shown(host) + " is not known", e);
    }
    throw new InvalidInput(
        "the server has no credentials and no TLS yet, so it listens on loopback only; '"
            + InvalidInput.shown(host)
            + "' is open to others, use 127.0.0.1");
  }
}

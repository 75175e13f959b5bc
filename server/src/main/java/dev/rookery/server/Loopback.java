package dev.rookery.server;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pages of other sites out while there are no credentials: the {@code Host} must name this
 * machine, so that a name which was bent to point here does not help (DNS rebinding), and an {@code
 * Origin} must be our own.
 */
final class Loopback {
  private Loopback() {}

  /**
   * Checks the headers of any request, an upgrade to WebSocket included.
   *
   * @throws Refused with 403
   */
  static void check(@Nullable String host, @Nullable String origin) {
    if (host == null || !isLoopback(nameOf(host))) {
      throw new Refused(
          403,
          "foreign-host",
          "the Host header names no loopback address; use 127.0.0.1 or localhost");
    }
    if (origin != null && !isOwn(origin, host)) {
      throw new Refused(403, "foreign-origin", "pages of other origins may not use this server");
    }
  }

  private static boolean isOwn(String origin, String host) {
    String own = origin.toLowerCase(Locale.ROOT);
    String name = host.toLowerCase(Locale.ROOT);
    return own.equals("http://" + name) || own.equals("https://" + name);
  }

  private static String nameOf(String host) {
    if (host.startsWith("[")) {
      return host.substring(0, host.indexOf(']') + 1);
    }
    int colon = host.indexOf(':');
    return colon < 0 ? host : host.substring(0, colon);
  }

  private static boolean isLoopback(String name) {
    return name.equalsIgnoreCase("localhost")
        || name.equals("[::1]")
        || name.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  }
}

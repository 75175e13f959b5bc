package dev.rookery.server;

import dev.rookery.Actor;
import io.javalin.http.Context;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;

/** Who asks, as the audit names them: there are no credentials yet, so it says from where only. */
final class Asking {
  private Asking() {}

  static Actor of(Context ctx) {
    return new Actor(Optional.empty(), "http " + ctx.ip());
  }

  static Actor of(@Nullable Session session) {
    String from =
        session != null && session.getRemoteSocketAddress() instanceof InetSocketAddress address
            ? " " + address.getHostString()
            : "";
    return new Actor(Optional.empty(), "websocket" + from);
  }
}

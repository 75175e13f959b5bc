package dev.rookery.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Which bus a command means. */
final class BusAddress {
  static final String VARIABLE = "ROOKERY_BUS";
  static final String SERVER = "http://127.0.0.1:7070";
  static final String FOLDER = "file:./rookery-data";
  private static final int PATIENCE_MILLIS = 250;

  private BusAddress() {}

  /**
   * The option, else the variable, else the server of this machine when it answers, else a folder.
   */
  static String resolve(
      Optional<String> option, Map<String, String> env, BooleanSupplier serverAnswers) {
    return named(option, env).orElseGet(() -> serverAnswers.getAsBoolean() ? SERVER : FOLDER);
  }

  /** The option, else the variable. */
  static Optional<String> named(Optional<String> option, Map<String, String> env) {
    return option.or(() -> Optional.ofNullable(env.get(VARIABLE)).filter(text -> !text.isBlank()));
  }

  /**
   * Whether a Rookery server answers at the usual place; without an HTTP client, which is slow to
   * load.
   */
  static boolean serverAnswers() {
    return answers(7070);
  }

  static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      var loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
      socket.connect(new InetSocketAddress(loopback, port), PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS * 4);
      String request =
          "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
      return new String(status, StandardCharsets.US_ASCII).equals("HTTP/1.1 200");
    } catch (IOException e) {
      return false;
    }
  }
}

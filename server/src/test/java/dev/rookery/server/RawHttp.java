package dev.rookery.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** Requests written byte by byte, for what no proper client would send. */
final class RawHttp {
  private RawHttp() {}

  /** Sends the text and reads until the server closes or is silent for a minute. */
  static String send(int port, String request) throws IOException {
    return send(port, request.getBytes(StandardCharsets.ISO_8859_1));
  }

  static String send(int port, byte[] request) throws IOException {
    try (Socket socket = new Socket(java.net.InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(60_000);
      try {
        socket.getOutputStream().write(request);
      } catch (SocketException e) {
        // The server has answered and closed before it was all sent.
      }
      return read(socket.getInputStream());
    }
  }

  static String read(InputStream in) throws IOException {
    StringBuilder answer = new StringBuilder();
    byte[] buffer = new byte[8_192];
    try {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        answer.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
        if (isWhole(answer)) {
          break;
        }
      }
    } catch (SocketException e) {
      // Cut off by the server: what came before counts.
    }
    return answer.toString();
  }

  private static boolean isWhole(StringBuilder answer) {
    int end = answer.indexOf("\r\n\r\n");
    int length = answer.indexOf("Content-Length: ");
    if (end < 0 || length < 0 || length > end) {
      return false;
    }
    int from = length + "Content-Length: ".length();
    int bytes = Integer.parseInt(answer.substring(from, answer.indexOf("\r\n", from)).trim());
    return answer.length() >= end + 4 + bytes;
  }
}

package dev.rookery.benchmarks.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;

class BareSocketTest {
  @Test
  void aCommandLeavesInOneGoInTheProtocolOfRedis() throws Exception {
    try (ServerSocket server = listening();
        BareSocket socket = new BareSocket(address(server));
        Socket peer = server.accept()) {
      socket.command(2).text("GET").text("a").send();
      String wanted = "*2\r\n$3\r\nGET\r\n$1\r\na\r\n";

      assertThat(ascii(peer.getInputStream().readNBytes(wanted.length()))).isEqualTo(wanted);
    }
  }

  @Test
  void answersThatDoNotFitArePiecedTogether() throws Exception {
    String large = "x".repeat(200_000);
    try (ServerSocket server = listening();
        BareSocket socket = new BareSocket(address(server));
        Socket peer = server.accept()) {
      Thread answering = Thread.ofVirtual().start(() -> answer(peer, large));

      assertThat(socket.count('*')).isEqualTo(3);
      assertThat(ascii(socket.text())).isEqualTo("a");
      assertThat(ascii(socket.text())).isEqualTo(large);
      assertThat(ascii(socket.text())).isEmpty();
      assertThat(socket.count('*')).isEqualTo(-1);
      answering.join();
    }
  }

  @Test
  void anErrorIsNotTakenForAnAnswer() throws Exception {
    try (ServerSocket server = listening();
        BareSocket socket = new BareSocket(address(server));
        Socket peer = server.accept()) {
      peer.getOutputStream().write("-OOM no room\r\n".getBytes(StandardCharsets.US_ASCII));

      assertThatThrownBy(socket::text).hasMessageContaining("OOM no room");
    }
  }

  private static void answer(Socket peer, String large) {
    String answers =
        "*3\r\n$1\r\na\r\n$" + large.length() + "\r\n" + large + "\r\n$0\r\n\r\n*-1\r\n";
    try {
      peer.getOutputStream().write(answers.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ServerSocket listening() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  private static HostAndPort address(ServerSocket server) {
    return new HostAndPort("127.0.0.1", server.getLocalPort());
  }

  private static String ascii(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  private static String ascii(ByteBuffer bytes) {
    return StandardCharsets.US_ASCII.decode(bytes).toString();
  }
}

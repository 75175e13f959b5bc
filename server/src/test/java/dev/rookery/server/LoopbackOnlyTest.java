package dev.rookery.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.InvalidInput;
import java.io.IOException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopbackOnlyTest {
  @AutoClose private final ServedBus served = new ServedBus();

  private String get(String path, String... headers) throws IOException {
    return RawHttp.send(
        served.port(), "GET " + path + " HTTP/1.1\r\n" + String.join("\r\n", headers) + "\r\n\r\n");
  }

  private static String upgrade(String... headers) {
    return "GET /v1/subscribe HTTP/1.1\r\n"
        + String.join("\r\n", headers)
        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "192.0.2.1", "::", ""})
  void anAddressThatOthersReachIsRefusedByName(String host) {
    assertThatThrownBy(() -> ServerConfig.of(host, 0))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("loopback");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:7070", "localhost:0", "[::1]:80"})
  void loopbackAddressesAreTaken(String address) {
    assertThat(ServerConfig.listen(address).port()).isLessThan(8_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"7070", "localhost:", "localhost:99999", "localhost:x"})
  void whatIsNoAddressIsRefused(String address) {
    assertThatThrownBy(() -> ServerConfig.listen(address)).isInstanceOf(InvalidInput.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"})
  void aNameThatWasBentToThisMachineIsRefused(String host) throws IOException {
    assertThat(get("/v1/streams", "Host: " + host)).startsWith("HTTP/1.1 403");
    assertThat(get("/", "Host: " + host)).startsWith("HTTP/1.1 403");
    assertThat(RawHttp.send(served.port(), upgrade("Host: " + host))).startsWith("HTTP/1.1 403");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST:1", "127.0.0.1:7070", "127.1.2.3", "[::1]:7070"})
  void namesOfThisMachineAreTaken(String host) throws IOException {
    assertThat(get("/v1/streams", "Host: " + host)).startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://evil.example", "null", "http://localhost:1", "http://localhost.evil"})
  void aPageOfAnotherOriginIsRefusedEverywhere(String origin) throws IOException {
    String host = "Host: localhost:" + served.port();
    assertThat(get("/v1/streams", host, "Origin: " + origin))
        .startsWith("HTTP/1.1 403")
        .contains("foreign-origin");
    assertThat(get("/v1/stream", host, "Origin: " + origin)).startsWith("HTTP/1.1 403");
    assertThat(RawHttp.send(served.port(), upgrade(host, "Origin: " + origin)))
        .startsWith("HTTP/1.1 403");
  }

  @Test
  void ourOwnPagesMayAsk() throws IOException {
    String host = "localhost:" + served.port();
    String origin = "Origin: http://" + host;
    assertThat(get("/v1/streams", "Host: " + host, origin)).startsWith("HTTP/1.1 200");
    try (java.net.Socket socket =
        new java.net.Socket(java.net.InetAddress.getLoopbackAddress(), served.port())) {
      socket
          .getOutputStream()
          .write(
              upgrade("Host: " + host, origin)
                  .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readNBytes(12);
      assertThat(new String(answer, java.nio.charset.StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 101");
    }
  }

  @Test
  void aRequestWithoutAHostIsRefused() throws IOException {
    assertThat(RawHttp.send(served.port(), "GET /v1/streams HTTP/1.0\r\n\r\n"))
        .startsWith("HTTP/1.1 4");
  }
}

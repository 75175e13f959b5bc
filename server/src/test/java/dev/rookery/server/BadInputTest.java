package dev.rookery.server;

import static dev.rookery.server.ServedBus.BATCH;
import static dev.rookery.server.ServedBus.SINGLE;
import static dev.rookery.server.ServedBus.event;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BadInputTest {
  @AutoClose
  private final ServedBus served = new ServedBus(config -> config.bodyLimit(Duration.ofSeconds(5)));

  private void othersAreUnharmed() {
    assertThat(served.post("/v1/events", SINGLE, event("ok", "user.a", "{}")).statusCode())
        .isIn(200, 201);
  }

  @Test
  void aBodyThatSaysItHasAGigabyteIsRefusedBeforeItComes() throws IOException {
    String answer =
        RawHttp.send(
            served.port(),
            "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                + SINGLE
                + "\r\nContent-Length: 1073741824\r\n\r\n{");

    assertThat(answer).startsWith("HTTP/1.1 413").contains("body-too-large");
    othersAreUnharmed();
  }

  @Test
  void anEndlessChunkedBodyIsCutAtTheLimit() throws IOException {
    try (Socket socket = new Socket(java.net.InetAddress.getLoopbackAddress(), served.port())) {
      socket.setSoTimeout(60_000);
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                  + BATCH
                  + "\r\nTransfer-Encoding: chunked\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      byte[] chunk =
          ("10000\r\n" + " ".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
      long sent = 0;
      try {
        while (sent < 1L << 30) {
          out.write(chunk);
          sent += chunk.length;
        }
      } catch (SocketException e) {
        // This is what is wanted.
      }
      assertThat(sent).isLessThan(64L << 20);
    }
    othersAreUnharmed();
  }

  @Test
  void aSlowBodyIsGivenUp() throws IOException {
    String answer =
        RawHttp.send(
            served.port(),
            "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                + SINGLE
                + "\r\nContent-Length: 100\r\n\r\n{");

    assertThat(answer).startsWith("HTTP/1.1 408").contains("too-slow");
    othersAreUnharmed();
  }

  @Test
  void aPackedBombIsCutAtTheLimit() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 200; i++) {
        gzip.write(zeros);
      }
    }
    assertThat(packed.size()).isLessThan(1 << 20);

    HttpResponse<String> answer = packed("gzip", packed.toByteArray());

    assertThat(answer.statusCode()).isEqualTo(413);
    othersAreUnharmed();
  }

  @Test
  void twoLayersOfPackingAndOthersThanGzipAreRefused() {
    assertThat(packed("gzip, gzip", new byte[0]).statusCode()).isEqualTo(415);
    assertThat(packed("br", new byte[0]).statusCode()).isEqualTo(415);
    assertThat(packed("gzip", new byte[] {1, 2, 3}).statusCode()).isEqualTo(400);
  }

  private HttpResponse<String> packed(String encoding, byte[] body) {
    return served.send(
        served
            .request("/v1/events")
            .header("Content-Type", SINGLE)
            .header("Content-Encoding", encoding)
            .POST(BodyPublishers.ofByteArray(body)));
  }

  @Test
  void anEventBeyondItsLimitIsTooLarge() {
    String large = event("1", "user.a", "\"" + "x".repeat(256 * 1024) + "\"");

    assertThat(served.post("/v1/events", SINGLE, large).statusCode()).isEqualTo(413);
    assertThat(served.post("/v1/events", BATCH, "[" + large + "]").statusCode()).isEqualTo(413);
  }

  @Test
  void deepNestingIsRefused() {
    String deep = event("1", "user.a", "[".repeat(100_000));

    assertThat(served.post("/v1/events", SINGLE, deep).statusCode()).isEqualTo(400);
  }

  @Test
  void headersBeyondTheLimitAreRefusedWithAProblem() throws IOException {
    String answer =
        RawHttp.send(
            served.port(),
            "GET /v1/streams HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(40_000) + "\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 431").contains("application/problem+json");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/events?pattern=a.**.b",
    "/v1/events?limit=0",
    "/v1/events?limit=1001",
    "/v1/events?limit=many",
    "/v1/events?from=soon",
    "/v1/events?from=t_x",
    "/v1/events?limit=1&limit=2",
    "/v1/stream?from=soon",
    "/v1/dead-letters?reason=none",
    "/v1/dead-letters?limit=99999"
  })
  void aBadQuestionIsAnsweredWith400(String path) {
    HttpResponse<String> answer = served.get(path);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(answer.body()).contains("urn:rookery:problem:invalid-input");
  }

  @Test
  void aPathThatIsNotThereAndAMethodThatIsNotTakenAreProblems() {
    assertThat(served.get("/nothing").statusCode()).isEqualTo(404);
    assertThat(served.get("/nothing").body()).contains("urn:rookery:problem:not-found");
    HttpResponse<String> put =
        served.send(served.request("/v1/events").PUT(BodyPublishers.ofString("{}")));
    assertThat(put.statusCode()).isEqualTo(405);
    assertThat(put.body()).contains("urn:rookery:problem:method-not-allowed");
    assertThat(served.get("/v1/subscribe").statusCode()).isEqualTo(426);
  }

  @Test
  void aPathWithAControlCharacterIsRefused() throws IOException {
    String answer =
        RawHttp.send(served.port(), "GET /v1/events/a%0d%0ab HTTP/1.1\r\nHost: localhost\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 4").doesNotContain("a\r\nb");
  }
}

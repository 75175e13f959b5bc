package dev.rookery.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.InvalidInput;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Something stands where the server should, and answers in its place. */
class StrangeAnswerTest {
  private static final String RECEIPT =
      "[{\"id\":\"1\",\"stream\":\"user\",\"partition\":0,\"position\":\"7\",\"durability\":\"fsynced\",\"duplicate\":false}]";

  private final ConcurrentLinkedQueue<String> answers = new ConcurrentLinkedQueue<>();
  private HttpServer server;
  private EventBus bus;

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    bus = EventBus.open("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    String next = answers.poll();
    byte[] body = (next == null ? RECEIPT : next).getBytes(StandardCharsets.UTF_8);
    exchange.getRequestBody().readAllBytes();
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @AfterEach
  void close() {
    bus.close();
    server.stop(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html>",
        "null",
        "{}",
        "[[]]",
        "[1]",
        "[{\"id\":\"1\",\"stream\":\"user\",\"durability\":\"eternal\"}]"
      })
  void aPublishIsSentAgainUntilTheServerItselfAnswers(String strange) {
    answers.add(strange);

    assertThat(bus.publish(Draft.of("user.a").id("1")).position()).hasToString("7");
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>", "null", "1", "[[]]", "[{\"partition\":-1}]"})
  void whatOperatorsAskForIsRefused(String strange) {
    answers.add(strange);
    assertThatThrownBy(() -> bus.operations().streams()).isInstanceOf(InvalidInput.class);
    answers.add(strange);
    assertThatThrownBy(() -> bus.operations().event("1")).isInstanceOf(InvalidInput.class);
  }
}

package dev.rookery.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.IdConflict;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Receipt;
import dev.rookery.Start;
import dev.rookery.check.HistoryLine.Stored;
import dev.rookery.server.Server;
import dev.rookery.server.ServerConfig;
import dev.rookery.testkit.TcpProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every other answer of a server is cut after the events were stored. */
@Tag("P2")
@Timeout(300)
class LostAnswersTest {
  private static final int PUBLISHERS = 4;
  private static final int EACH = Integer.getInteger("rookery.publishes", 100);
  private static final int COPIES = 16;

  @TempDir private Path folder;

  private String address(String scheme) {
    return scheme.equals("memory") ? "memory:" + folder : "file:" + folder.resolve("data");
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "file"})
  void whatIsRepeatedIsStoredOnceWhereItsReceiptSays(String scheme) throws Exception {
    assertThat(wrong(scheme, BusConfig.standard())).isEmpty();
  }

  @Test
  void aServerThatForgetsIdsIsCaught() throws Exception {
    BusConfig forgetful = BusConfig.standard().idWindow(Duration.ofNanos(1));

    assertThat(wrong("memory", forgetful)).isNotEmpty();
  }

  private List<String> wrong(String scheme, BusConfig config) throws Exception {
    History history = new History(folder);
    try (EventBus bus = EventBus.open(address(scheme), config);
        Server server = Server.start(bus, config, ServerConfig.of("127.0.0.1", 0));
        TcpProxy proxy = new TcpProxy(server.port())) {
      proxy.mode(TcpProxy.Mode.CUT_EVERY_OTHER_ANSWER);
      atOnce(PUBLISHERS, number -> publish(history, proxy, "k" + number));
      List<String> wrong = wrong(history.receipts(), stored(bus));
      System.out.printf(
          "F18 %s: published %d, answers cut %d, wrong %d%n",
          scheme, history.published(), proxy.cut(), wrong.size());
      return wrong;
    }
  }

  private static void publish(History history, TcpProxy proxy, String key) {
    try (EventBus client = EventBus.open(proxy.address())) {
      for (int n = 0; n < EACH; n++) {
        history.publish(client, history.next("user.said", key));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "file"})
  void ofManyCopiesAtOnceOneIsStoredAndOtherContentIsRefused(String scheme) throws Exception {
    BusConfig config = BusConfig.standard();
    ConcurrentLinkedQueue<Receipt> receipts = new ConcurrentLinkedQueue<>();
    try (EventBus bus = EventBus.open(address(scheme), config);
        Server server = Server.start(bus, config, ServerConfig.of("127.0.0.1", 0));
        TcpProxy proxy = new TcpProxy(server.port())) {
      proxy.mode(TcpProxy.Mode.CUT_EVERY_OTHER_ANSWER);
      atOnce(
          COPIES,
          number -> {
            try (EventBus client = EventBus.open(proxy.address())) {
              receipts.add(client.publish(Draft.of("user.said", "1").id("same")));
              assertThatThrownBy(() -> client.publish(Draft.of("user.said", "2").id("same")))
                  .isInstanceOf(IdConflict.class);
            }
          });

      assertThat(receipts).hasSize(COPIES);
      assertThat(receipts.stream().map(Receipt::position).distinct()).hasSize(1);
      assertThat(receipts.stream().filter(receipt -> !receipt.duplicate()).count())
          .isLessThanOrEqualTo(1);
      assertThat(stored(bus)).singleElement().matches(one -> one.event().data().text().equals("1"));
    }
  }

  /** Runs something for each number, and fails where it fails. */
  private static void atOnce(int count, java.util.function.IntConsumer action) throws Exception {
    List<Throwable> failures = new java.util.concurrent.CopyOnWriteArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      int number = n;
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  action.accept(number);
                } catch (Throwable e) {
                  failures.add(e);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
  }

  private static List<Located> stored(EventBus bus) {
    List<Located> all = new ArrayList<>();
    Start from = Start.earliest();
    while (true) {
      var page =
          bus.operations()
              .read(new ReadRequest(List.of(), Optional.empty(), from, 1_000, Duration.ZERO));
      all.addAll(page.events());
      if (page.end()) {
        return all;
      }
      from = new Start.After(page.next());
    }
  }

  private static List<String> wrong(List<Stored> receipts, List<Located> stored) {
    List<String> wrong = new ArrayList<>();
    Map<String, Long> last = new HashMap<>();
    Map<String, String> places = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (Located located : stored) {
      String id = located.event().id();
      if (!seen.add(id)) {
        wrong.add(id + " is stored twice");
      }
      places.put(id, located.partition() + "@" + located.position());
      long seq = located.event().data().tree().path("seq").asLong();
      if (last.merge(located.event().key(), seq, Math::max) != seq) {
        wrong.add(id + " is stored behind a later one of its key");
      }
    }
    for (Stored receipt : receipts) {
      String place = receipt.partition() + "@" + receipt.position();
      if (!place.equals(places.get(receipt.id()))) {
        wrong.add(receipt.id() + " is not at " + place);
      }
    }
    return wrong;
  }
}

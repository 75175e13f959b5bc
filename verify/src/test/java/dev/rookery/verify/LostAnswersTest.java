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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Half of the answers of a server, or of the store, are cut after the events were stored. */
@Tag("P2")
@Timeout(900)
class LostAnswersTest {
  private static final int PUBLISHERS = 4;
  private static final int EACH = Integer.getInteger("rookery.publishes", 100);
  private static final int COPIES = 16;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void whatIsRepeatedIsStoredOnceWhereItsReceiptSays(Store store) throws Exception {
    assertThat(wrong(store, BusConfig.standard())).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"MEMORY", "REDIS"})
  void aStoreThatForgetsIdsIsCaught(Store store) throws Exception {
    BusConfig forgetful = BusConfig.standard().idWindow(Duration.ofNanos(1));

    assertThat(wrong(store, forgetful)).isNotEmpty();
  }

  private List<String> wrong(Store store, BusConfig config) throws Exception {
    History history = new History(folder);
    AtomicInteger duplicates = new AtomicInteger();
    try (FarBus far = FarBus.of(store, folder, config)) {
      withClients(
          PUBLISHERS,
          far,
          (number, client) -> {
            for (int n = 0; n < EACH; n++) {
              Draft draft = history.next("user.said", "k" + number);
              Receipt receipt = history.publish(each -> far.publish(client, each), draft);
              duplicates.addAndGet(receipt.duplicate() ? 1 : 0);
            }
          });
      List<String> wrong = wrong(history.receipts(), stored(far.bus()));
      System.out.printf(
          "F18 %s: published %d, answers cut %d, found stored %d, wrong %d%n",
          store, history.published(), far.proxy().cut(), duplicates.get(), wrong.size());
      return wrong;
    }
  }

  private interface Act {
    void of(int number, EventBus client);
  }

  /** Lets clients act at once while answers are cut. */
  private static void withClients(int count, FarBus far, Act act) throws Exception {
    List<EventBus> clients = new ArrayList<>();
    try {
      for (int number = 0; number < count; number++) {
        clients.add(far.open());
      }
      far.cutAnswers();
      atOnce(count, number -> act.of(number, clients.get(number)));
    } finally {
      far.proxy().mode(TcpProxy.Mode.PASS);
      clients.forEach(EventBus::close);
    }
  }

  @ParameterizedTest
  @EnumSource
  void ofManyCopiesAtOnceOneIsStoredAndOtherContentIsRefused(Store store) throws Exception {
    BusConfig config = BusConfig.standard();
    ConcurrentLinkedQueue<Receipt> receipts = new ConcurrentLinkedQueue<>();
    try (FarBus far = FarBus.of(store, folder, config)) {
      withClients(
          COPIES,
          far,
          (number, client) -> {
            receipts.add(far.publish(client, Draft.of("user.said", "1").id("same")));
            assertThatThrownBy(() -> far.publish(client, Draft.of("user.said", "2").id("same")))
                .isInstanceOf(IdConflict.class);
          });

      assertThat(receipts).hasSize(COPIES);
      assertThat(receipts.stream().map(Receipt::position).distinct()).hasSize(1);
      assertThat(receipts.stream().filter(receipt -> !receipt.duplicate()).count())
          .isLessThanOrEqualTo(1);
      assertThat(stored(far.bus()))
          .singleElement()
          .matches(one -> one.event().data().text().equals("1"));
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

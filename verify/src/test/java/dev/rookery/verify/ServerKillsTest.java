package dev.rookery.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Operations;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Published;
import dev.rookery.Receipt;
import dev.rookery.Start;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that is killed again and again while four publishers are at work; {@code
 * -Drookery.kills=50} for a long run.
 */
@Tag("P1")
@Timeout(3_600)
class ServerKillsTest {
  private static final int KILLS = Integer.getInteger("rookery.kills", 4);
  private static final int PUBLISHERS = 4;
  private static final int PER_SECOND = 2_000;
  private static final Duration READY = Duration.ofSeconds(2);

  @TempDir private Path folder;

  /** What became of the publishes of a run. */
  private record Run(
      Map<String, Receipt> receipts,
      Map<String, Integer> stored,
      Map<String, String> places,
      Duration slowestStart) {}

  @Test
  void noReceiptIsMissingMovedOrDoubledThoughTheServerIsKilledAgainAndAgain() throws Exception {
    Run run = run();

    assertThat(run.receipts()).as("publishers got on").hasSizeGreaterThan(KILLS * PER_SECOND / 4);
    List<String> wrong = wrong(run);
    System.out.printf(
        "kills %d, receipts %d, stored %d, wrong %d, slowest start %d ms%n",
        KILLS,
        run.receipts().size(),
        run.stored().size(),
        wrong.size(),
        run.slowestStart().toMillis());
    assertThat(wrong).isEmpty();
  }

  @Test
  void theCheckNoticesAReceiptThatIsMissingMovedOrDoubled() {
    Receipt receipt =
        new Receipt(
            "a", "user", 0, dev.rookery.Position.of(7), dev.rookery.Durability.FSYNCED, false);
    Map<String, Receipt> receipts = Map.of("a", receipt);

    assertThat(wrong(new Run(receipts, Map.of(), Map.of(), READY))).containsExactly("a is missing");
    assertThat(wrong(new Run(receipts, Map.of("a", 1), Map.of("a", "user/0@8"), READY)))
        .containsExactly("a moved from user/0@7 to user/0@8");
    assertThat(wrong(new Run(receipts, Map.of("a", 2), Map.of("a", "user/0@7"), READY)))
        .containsExactly("a is stored 2 times");
  }

  private static List<String> wrong(Run run) {
    List<String> wrong = new ArrayList<>();
    run.receipts()
        .forEach((id, receipt) -> {
          String place = receipt.stream() + "/" + receipt.partition() + "@" + receipt.position();
          if (!run.stored().containsKey(id)) {
            wrong.add(id + " is missing");
          } else if (run.stored().get(id) == 1 && !place.equals(run.places().get(id))) {
            wrong.add(id + " moved from " + place + " to " + run.places().get(id));
          }
        });
    run.stored()
        .forEach((id, times) -> {
          if (times > 1) {
            wrong.add(id + " is stored " + times + " times");
          }
        });
    return wrong;
  }

  private Run run() throws Exception {
    ServerProcess server = ServerProcess.start(folder.resolve("data"));
    Map<String, Receipt> receipts = new ConcurrentHashMap<>();
    AtomicBoolean over = new AtomicBoolean();
    List<Thread> publishers = new ArrayList<>();
    List<EventBus> buses = new ArrayList<>();
    for (int i = 0; i < PUBLISHERS; i++) {
      int number = i;
      EventBus bus = EventBus.open(server.address());
      buses.add(bus);
      publishers.add(Thread.ofVirtual().start(() -> publish(bus, number, receipts, over)));
    }
    Duration slowest = Duration.ZERO;
    for (int kill = 0; kill < KILLS; kill++) {
      int before = receipts.size();
      while (receipts.size() < before + PER_SECOND / 2) {
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(1_000_000, 20_000_000));
      }
      server.kill();
      server.restart();
      slowest = server.startTime().compareTo(slowest) > 0 ? server.startTime() : slowest;
    }
    over.set(true);
    for (Thread publisher : publishers) {
      publisher.join();
    }
    Map<String, Integer> stored = new HashMap<>();
    Map<String, String> places = new HashMap<>();
    try (EventBus bus = EventBus.open(server.address())) {
      readAll(bus, stored, places);
    }
    buses.forEach(EventBus::close);
    assertThat(server.terminate()).as("SIGTERM ends it with 0").isZero();
    return new Run(receipts, stored, places, slowest);
  }

  private static void publish(
      EventBus bus, int number, Map<String, Receipt> receipts, AtomicBoolean over) {
    int batch = 10;
    long pause = 1_000_000_000L * batch * PUBLISHERS / PER_SECOND;
    long next = System.nanoTime();
    for (int sequence = 0; !over.get(); ) {
      List<Draft> drafts = new ArrayList<>();
      for (int i = 0; i < batch; i++) {
        drafts.add(
            Draft.of("user.message.received", "{\"seq\":" + sequence++ + "}")
                .source("publisher-" + number)
                .id(number + "-" + sequence));
      }
      for (Published published : bus.publishAll(drafts)) {
        if (published instanceof Published.Stored stored) {
          receipts.put(stored.receipt().id(), stored.receipt());
        }
      }
      next = Math.max(next + pause, System.nanoTime() - pause);
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  private static void readAll(
      EventBus bus, Map<String, Integer> stored, Map<String, String> places) {
    Start from = Start.earliest();
    while (true) {
      Operations.Page page =
          bus.operations()
              .read(new ReadRequest(List.of(), Optional.empty(), from, 1_000, Duration.ZERO));
      for (Operations.Located located : page.events()) {
        stored.merge(located.event().id(), 1, Integer::sum);
        places.put(located.event().id(), located.partition() + "@" + located.position());
      }
      if (page.end()) {
        return;
      }
      from = new Start.After(page.next());
    }
  }
}

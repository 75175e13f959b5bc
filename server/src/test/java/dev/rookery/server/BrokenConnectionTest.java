package dev.rookery.server;

import static dev.rookery.server.ServedBus.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.PublishRejected;
import dev.rookery.PublishUnknown;
import dev.rookery.Published;
import dev.rookery.Receipt;
import dev.rookery.Start;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.TypePattern;
import dev.rookery.testkit.TcpProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class BrokenConnectionTest {
  @AutoClose private final ServedBus served = new ServedBus();
  @AutoClose private TcpProxy proxy;
  @AutoClose private EventBus remote;

  @BeforeEach
  void connect() throws IOException {
    proxy = new TcpProxy(served.port());
    remote = EventBus.open(proxy.address());
  }

  private List<Located> stored() {
    return served
        .bus
        .operations()
        .read(
            new ReadRequest(
                TypePattern.all("user.*"),
                Optional.empty(),
                Start.earliest(),
                1_000,
                Duration.ZERO))
        .events();
  }

  @Test
  void anEventWhoseAnswerWasCutIsRepeatedAndStoredOnce() {
    proxy.cutAnswers(3);

    Receipt receipt = remote.publish(Draft.of("user.a", "1"));

    assertThat(proxy.cutsLeft()).isZero();
    assertThat(receipt.duplicate()).isTrue();
    assertThat(stored())
        .singleElement()
        .satisfies(one -> assertThat(one.event().id()).isEqualTo(receipt.id()));
  }

  @Test
  void theOrderOfEachKeyHoldsAcrossRepeats() throws Exception {
    CountDownLatch done = new CountDownLatch(8);
    for (int p = 0; p < 8; p++) {
      String key = "k" + p;
      Thread.ofVirtual()
          .start(() -> {
            for (int i = 0; i < 40; i++) {
              remote.publish(Draft.of("user.a", Integer.toString(i)).key(key));
              if (i % 7 == 3) {
                proxy.cutAnswers(1);
              }
            }
            done.countDown();
          });
    }

    assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
    Map<String, List<Integer>> byKey = new ConcurrentHashMap<>();
    for (Located located : stored()) {
      Event event = located.event();
      byKey
          .computeIfAbsent(event.key(), key -> new ArrayList<>())
          .add(Integer.parseInt(event.data().text()));
    }
    List<Integer> expected = IntStream.range(0, 40).boxed().toList();
    assertThat(byKey)
        .hasSize(8)
        .allSatisfy((key, numbers) -> assertThat(numbers).isEqualTo(expected));
  }

  @Test
  void publishersWaitWhileTheServerIsAwayAndAreServedWhenItIsBack() throws Exception {
    proxy.mode(TcpProxy.Mode.REFUSE);
    List<Receipt> receipts = java.util.Collections.synchronizedList(new ArrayList<>());
    List<Thread> publishers =
        IntStream.range(0, 20)
            .mapToObj(i ->
                Thread.ofVirtual()
                    .start(() -> receipts.add(remote.publish(Draft.of("user.a", "" + i)))))
            .toList();
    await().during(Duration.ofMillis(300)).until(receipts::isEmpty);

    proxy.mode(TcpProxy.Mode.PASS);

    for (Thread publisher : publishers) {
      publisher.join(Duration.ofMinutes(1));
    }
    assertThat(receipts).hasSize(20);
    assertThat(stored()).hasSize(20);
  }

  @Test
  void whenTheSpoolIsFullWhileTheServerIsAwayAnEventIsRefused() throws Exception {
    proxy.mode(TcpProxy.Mode.REFUSE);
    BlockingQueue<Published> overflow = new LinkedBlockingQueue<>();
    CountDownLatch done = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(() -> {
          remote.publishAll(
              IntStream.range(0, 10_000).mapToObj(i -> Draft.of("user.a", "1")).toList());
          done.countDown();
        });
    Published refused = null;
    while (refused == null) {
      Draft more = Draft.of("user.a", "2");
      Thread.ofVirtual().start(() -> overflow.add(remote.publishAll(List.of(more)).getFirst()));
      refused = overflow.poll(100, TimeUnit.MILLISECONDS);
    }

    assertThatThrownBy(refused::receipt)
        .isInstanceOf(PublishRejected.class)
        .hasMessageContaining("spool is full");
    proxy.mode(TcpProxy.Mode.PASS);
    assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whenNobodyKnowsForHalfTheWindowItIsSaid() {
    BusConfig impatient = BusConfig.standard().idWindow(Duration.ofSeconds(4));
    try (EventBus hasty = EventBus.open(proxy.address(), impatient)) {
      proxy.mode(TcpProxy.Mode.CUT_ANSWER);
      assertThatThrownBy(() -> hasty.publish(Draft.of("user.a", "1")))
          .isInstanceOf(PublishUnknown.class);

      proxy.mode(TcpProxy.Mode.PASS);
      assertThat(stored()).hasSize(1);
    }
  }

  @Test
  void whatNeverReachedTheServerIsSurelyNotStored() throws Exception {
    BusConfig impatient = BusConfig.standard().idWindow(Duration.ofSeconds(1));
    try (EventBus hasty = EventBus.open("http://127.0.0.1:1", impatient)) {
      assertThatThrownBy(() -> hasty.publish(Draft.of("user.a", "1")))
          .isInstanceOf(PublishRejected.class)
          .hasMessageContaining("could not be reached");
    }
  }

  @Test
  void anInterruptedPublisherLearnsWhatIsKnown() throws Exception {
    proxy.mode(TcpProxy.Mode.CUT_ANSWER);
    BlockingQueue<Published> results = new LinkedBlockingQueue<>();
    Thread first =
        Thread.ofVirtual()
            .start(() -> results.add(remote.publishAll(List.of(Draft.of("user.a"))).getFirst()));
    await().until(() -> stored().size() == 1);
    proxy.mode(TcpProxy.Mode.FREEZE);
    Thread second =
        Thread.ofVirtual()
            .start(() -> results.add(remote.publishAll(List.of(Draft.of("user.a"))).getFirst()));
    await().during(Duration.ofMillis(100)).until(results::isEmpty);

    second.interrupt();
    assertThat(results.poll(30, TimeUnit.SECONDS)).isInstanceOf(Published.Rejected.class);
    first.interrupt();
    assertThat(results.poll(30, TimeUnit.SECONDS)).isInstanceOf(Published.Unknown.class);
  }

  @Test
  void aSubscriberConnectsAgainAndNothingIsLost() throws Exception {
    Queue<String> handled = new ConcurrentLinkedQueue<>();
    Subscriber subscriber =
        remote.subscribe(Subscription.of("s", "user.*"), e -> handled.add(e.data().text()));
    for (int round = 0; round < 5; round++) {
      String data = "" + round;
      served.bus.publish(Draft.of("user.a", data));
      await().atMost(60, TimeUnit.SECONDS).until(() -> handled.contains(data));
      await().until(() -> remote.operations().subscription("s").lagEvents() == 0);
      proxy.cutAll();
    }
    await().until(() -> subscriber.state().equals("running"));
  }

  @Test
  void aHandlerOfALostConnectionIsInterruptedAndItsEventComesAgain() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    BlockingQueue<Integer> attempts = new LinkedBlockingQueue<>();
    remote.subscribe(
        Subscription.of("s", "user.*"),
        e -> {
          attempts.add(1);
          if (interrupted.getCount() > 0) {
            try {
              new CountDownLatch(1).await();
            } finally {
              interrupted.countDown();
            }
          }
        });
    remote.publish(Draft.of("user.a"));
    assertThat(attempts.poll(30, TimeUnit.SECONDS)).isNotNull();

    proxy.cutAll();

    assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(attempts.poll(30, TimeUnit.SECONDS)).isNotNull();
    await().until(() -> remote.operations().subscription("s").lagEvents() == 0);
  }

  @Test
  void aConnectionOnWhichNothingMovesIsGivenUpOnBothSides() throws Exception {
    BlockingQueue<String> handled = new LinkedBlockingQueue<>();
    Subscriber subscriber =
        remote.subscribe(Subscription.of("s", "user.*"), e -> handled.add(e.data().text()));
    await().until(() -> subscriber.state().equals("running"));

    proxy.mode(TcpProxy.Mode.FREEZE);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> subscriber.state().startsWith("reconnecting"));
    served.bus.publish(Draft.of("user.a", "1"));
    proxy.mode(TcpProxy.Mode.PASS);

    assertThat(handled.poll(30, TimeUnit.SECONDS)).isEqualTo("1");
  }

  @Test
  void aConnectionOnWhichNothingMovesForAMomentIsKept() {
    Subscriber subscriber = remote.subscribe(Subscription.of("s", "user.*"), e -> {});
    await().until(() -> subscriber.state().equals("running"));

    proxy.mode(TcpProxy.Mode.FREEZE);

    await()
        .during(Duration.ofSeconds(2)) // four seconds of silence are too long
        .atMost(Duration.ofSeconds(30))
        .until(() -> subscriber.state().equals("running"));
  }

  @Test
  void aServerThatStartsAgainOnItsPortIsFoundByPublishersAndSubscribers() throws Exception {
    BusConfig config = BusConfig.standard();
    EventBus kept = EventBus.open("memory:kept", config);
    Server before = Server.start(kept, config, ServerConfig.of("127.0.0.1", 0));
    ServerConfig samePort = ServerConfig.of("127.0.0.1", before.port());
    BlockingQueue<String> handled = new LinkedBlockingQueue<>();
    try (EventBus client = EventBus.open(before.address())) {
      Subscriber subscriber =
          client.subscribe(Subscription.of("s", "user.*"), e -> handled.add(e.data().text()));
      client.publish(Draft.of("user.a", "1"));
      assertThat(handled.poll(30, TimeUnit.SECONDS)).isEqualTo("1");

      before.close();
      await().until(() -> subscriber.state().startsWith("reconnecting"));
      Thread waiting = Thread.ofVirtual().start(() -> client.publish(Draft.of("user.a", "2")));
      try (Server after = Server.start(kept, config, samePort)) {
        assertThat(handled.poll(30, TimeUnit.SECONDS)).isEqualTo("2");
        waiting.join();
        assertThat(after.port()).isEqualTo(samePort.port());
      }
    } finally {
      kept.close();
    }
  }
}

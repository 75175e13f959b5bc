package dev.rookery.verify;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.BackendUnavailable;
import dev.rookery.BusConfig;
import dev.rookery.Delivery;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.RetryPolicy;
import dev.rookery.RookeryException;
import dev.rookery.Subscriber;
import dev.rookery.check.Findings;
import dev.rookery.testkit.TcpProxy;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a network does between bots and a server, or Redis; {@code -Drookery.linkFault=30} has each
 * fault last 30 seconds.
 */
@Tag("P2")
@Tag("P3")
@Timeout(900)
@ParameterizedClass
@MethodSource("dev.rookery.verify.Store#durable")
class LinkFaultsTest {
  private static final Duration FAULT = Duration.ofSeconds(Long.getLong("rookery.linkFault", 2));
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int KEYS = 4;
  private static final int MORE_THREADS = 16;
  private static final long MORE_BYTES = 64 << 20;

  @TempDir private Path folder;
  private final AtomicInteger handled = new AtomicInteger();
  private final Store store;
  private FarBus far;
  private TcpProxy proxy;
  private EventBus remote;
  private History history;
  private Subscriber subscriber;

  LinkFaultsTest(Store store) {
    this.store = store;
  }

  @BeforeEach
  void connect() throws Exception {
    far = FarBus.of(store, folder, BusConfig.standard());
    proxy = far.proxy();
    remote = far.open();
    history = new History(folder);
    // A lost connection costs what was out an attempt.
    RetryPolicy often = new RetryPolicy(1_000, Duration.ZERO, Duration.ZERO);
    subscriber =
        remote.subscribe(
            Bot.subscription("s").retry(often), EventHandler.ofDeliveries(this::writeDown));
  }

  @AfterEach
  void disconnect() throws Exception {
    proxy.mode(TcpProxy.Mode.PASS);
    remote.close();
    far.close();
  }

  private void writeDown(Delivery delivery, EventHandler.Progress progress) {
    history.handled(delivery);
    handled.incrementAndGet();
  }

  @FunctionalInterface
  private interface Step {
    void take() throws Exception;
  }

  @Test
  void aLinkThatIsDownIsSaidAndComesBack() throws Exception {
    run(
        "down",
        () -> {
          proxy.mode(TcpProxy.Mode.REFUSE);
          proxy.cutAll();
          within(PATIENCE)
              .until(() -> subscriber.state().matches("(reconnecting|waiting for the store).*"));
          assertThatThrownBy(() -> remote.operations().latest())
              .isInstanceOf(BackendUnavailable.class)
              .hasMessageContaining(store == Store.FILE ? "rookery serve" : "does not answer");
          LockSupport.parkNanos(FAULT.toNanos());
        },
        () -> proxy.mode(TcpProxy.Mode.PASS));
  }

  @Test
  void aConnectionThatOneEndHasForgottenIsGivenUp() throws Exception {
    run("half-open", proxy::halfOpenAll, () -> {});
  }

  @Test
  void aSlowLinkIsOnlySlow() throws Exception {
    run(
        "200 ms of delay",
        () -> {
          proxy.delay(Duration.ofMillis(200));
          LockSupport.parkNanos(FAULT.toNanos());
          within(PATIENCE).until(() -> subscriber.state().equals("running"));
        },
        () -> proxy.delay(Duration.ZERO));
  }

  @Test
  void aLinkThatLetsOneByteThroughAtATimeIsOnlySlow() throws Exception {
    run(
        "one byte at a time",
        () -> {
          proxy.chunkBytes(1);
          LockSupport.parkNanos(FAULT.toNanos());
          within(PATIENCE).until(() -> subscriber.state().equals("running"));
        },
        () -> proxy.chunkBytes(16_384));
  }

  @Test
  void connectionsThatAreResetAgainAndAgainAreMadeAgain() throws Exception {
    run(
        "resets",
        () -> {
          for (long end = System.nanoTime() + FAULT.toNanos(); System.nanoTime() < end; ) {
            proxy.resetAll();
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
          }
        },
        () -> {});
  }

  /** Publishes and handles before, during and after a fault, and judges it all. */
  private void run(String fault, Step begin, Step end) throws Exception {
    int threads = ManagementFactory.getThreadMXBean().getThreadCount();
    long bytes = heapBytes();
    long recoveredMillis;
    try (Feeder _ = new Feeder(history, draft -> far.publish(remote, draft), KEYS)) {
      awaitProgress();
      begin.take();
      // Those of a lost connection end in their own time; what leaks stays.
      within(PATIENCE)
          .untilAsserted(() ->
              assertThat(ManagementFactory.getThreadMXBean().getThreadCount())
                  .isLessThan(threads + MORE_THREADS));
      assertThat(heapBytes()).isLessThan(bytes + MORE_BYTES);
      end.take();
      long back = System.nanoTime();
      awaitProgress();
      recoveredMillis = (System.nanoTime() - back) / 1_000_000;
    }
    within(PATIENCE).until(() -> far.bus().operations().subscription("s").lagEvents() == 0);
    Findings findings = history.judge(far.bus(), "s");
    System.out.println(
        History.figures("F19 " + store + " " + fault, 1, findings)
            + ", recovery "
            + recoveredMillis
            + " ms");
    assertThat(findings.isClean()).as(findings.examples().toString()).isTrue();
    assertThat(findings.deadLettered()).isZero();
  }

  private void awaitProgress() {
    int published = history.published();
    within(PATIENCE).until(() -> history.published() > published + KEYS);
    int before = handled.get();
    within(PATIENCE).until(() -> handled.get() > before + KEYS);
  }

  private static long heapBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static boolean isReached(EventBus bus) {
    try {
      bus.operations().latest();
      return true;
    } catch (BackendUnavailable e) {
      return false;
    }
  }

  @Test
  void aPublisherThatDoesNotWaitForWhatIsUnknownIsCaught() throws Exception {
    BusConfig impatient = BusConfig.standard().idWindow(Duration.ofSeconds(1));
    List<Draft> left = new ArrayList<>();
    try (EventBus hasty = EventBus.open(far.address(), impatient)) {
      for (int n = 0; n < 6; n++) {
        proxy.mode(n % 3 == 1 ? TcpProxy.Mode.REFUSE : TcpProxy.Mode.PASS);
        if (n % 3 == 1) {
          proxy.cutAll();
        } else {
          within(PATIENCE).until(() -> isReached(hasty));
        }
        Draft draft = history.next("user.said", "k");
        try {
          history.publish(hasty, draft);
        } catch (RookeryException e) {
          left.add(draft);
        }
      }
      left.forEach(draft -> history.publish(hasty, draft));
    }

    assertThat(left).isNotEmpty();
    assertThat(history.judge(far.bus(), "s").outOfOrder()).isPositive();
  }
}

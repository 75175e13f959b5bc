package dev.rookery.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rookery.AuditConfig;
import dev.rookery.AuditKey;
import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.LogFull;
import dev.rookery.NotAudited;
import dev.rookery.NotFound;
import dev.rookery.Operations.Metric;
import dev.rookery.Partition;
import dev.rookery.PublishRejected;
import dev.rookery.PublishUnknown;
import dev.rookery.Start;
import dev.rookery.StreamConfig;
import dev.rookery.Subscription;
import dev.rookery.audit.AuditRecord;
import dev.rookery.audit.AuditTrail;
import dev.rookery.audit.Fact;
import dev.rookery.audit.Report;
import dev.rookery.spi.Engine;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.TwistedBackend;
import dev.rookery.testkit.TwistedBackend.Call;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The audit when the store refuses, does not answer, or is slow. */
@Timeout(300)
class AuditFaultsTest {
  private static final AuditKey KEY = AuditKey.of("the secret of these tests, and no other");
  private static final Partition SYSTEM = new Partition("system", 0);

  @TempDir private Path folder;

  private final AtomicReference<TwistedBackend.Twist> fault =
      new AtomicReference<>(TwistedBackend.Twist.NONE);
  private @Nullable EventBus opened;

  @AfterEach
  void close() {
    if (opened != null) {
      opened.close();
    }
  }

  private EventBus open(Store store, BusConfig config) {
    Environment environment = Environment.system();
    EventBus bus =
        Engine.standard()
            .open(
                new TwistedBackend(
                    store.open(folder, config, environment),
                    call -> isOfTheAudit(call) ? fault.get().answer(call) : call.pass()),
                config,
                environment);
    opened = bus;
    return bus;
  }

  private EventBus open(Store store, String... deliveries) {
    AuditConfig audit = AuditConfig.STANDARD.keys(List.of(KEY)).deliveries(deliveries);
    return open(store, BusConfig.standard().audit(audit));
  }

  private static boolean isOfTheAudit(Call call) {
    return call.of("append") && call.arguments().getFirst().equals(SYSTEM);
  }

  private static @Nullable Object refuse(Call call) {
    throw new PublishRejected("no room for " + call.arguments().size());
  }

  /** Stores it, and nobody hears of it. */
  private static @Nullable Object swallowAnswer(Call call) throws Throwable {
    call.pass();
    throw new PublishUnknown("the answer was lost");
  }

  private static @Nullable Object swallow(Call call) {
    throw new PublishUnknown("the request was lost: " + call.method().getName());
  }

  private static Report verify(EventBus bus) {
    return new AuditTrail(bus.operations())
        .verify(List.of(KEY), Optional.empty(), Instant.EPOCH, _ -> {});
  }

  private static List<Fact> facts(EventBus bus) {
    List<Fact> facts = new ArrayList<>();
    new AuditTrail(bus.operations())
        .each(
            Start.earliest(),
            located -> facts.add(AuditRecord.read(located.event()).orElseThrow().fact()));
    return facts;
  }

  private static List<String> names(EventBus bus) {
    return facts(bus).stream().map(Fact::name).toList();
  }

  private static EventBus withSubscription(EventBus bus) {
    bus.subscribe(Subscription.of("watcher", "user.*"), EventHandler.NONE).close();
    return bus;
  }

  /** Handlers of these tests. */
  private static final class EventHandler {
    private static final dev.rookery.EventHandler NONE = event -> {};
  }

  private static boolean paused(EventBus bus) {
    return bus.operations().subscription("watcher").paused();
  }

  @ParameterizedTest
  @EnumSource(names = {"MEMORY", "FILE"})
  void anActThatCannotBeAnnouncedIsNotDone(Store store) {
    EventBus bus = withSubscription(open(store));
    fault.set(AuditFaultsTest::refuse);

    assertThatThrownBy(() -> bus.operations().pause("watcher"))
        .isInstanceOf(NotAudited.class)
        .hasMessageContaining("pause of watcher was not done")
        .hasMessageContaining("no room");
    assertThat(paused(bus)).isFalse();

    fault.set(TwistedBackend.Twist.NONE);
    bus.operations().pause("watcher");
    assertThat(paused(bus)).isTrue();
    assertThat(names(bus)).containsExactly("intended", "done");
    assertThat(verify(bus).problems()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"MEMORY", "FILE"})
  void anActOfWhoseAnnouncementNobodyKnowsIsNotDoneAndSaysSo(Store store) {
    for (TwistedBackend.Twist lost :
        List.<TwistedBackend.Twist>of(AuditFaultsTest::swallowAnswer, AuditFaultsTest::swallow)) {
      EventBus bus = withSubscription(open(store));
      int before = facts(bus).size();
      fault.set(lost);

      assertThatThrownBy(() -> bus.operations().remove("watcher")).isInstanceOf(NotAudited.class);
      assertThatThrownBy(() -> bus.operations().remove("watcher"))
          .isInstanceOf(dev.rookery.RookeryException.class);
      assertThat(bus.operations().subscriptions()).hasSize(1);

      fault.set(TwistedBackend.Twist.NONE);
      bus.operations().pause("watcher");
      assertThat(names(bus).subList(before, names(bus).size()))
          .containsExactly("intended", "failed", "intended", "done");
      assertThat(verify(bus).problems()).isEmpty();
      assertThat(verify(bus).unfinished()).isEmpty();
      bus.operations().resume("watcher");
      bus.close();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MEMORY", "FILE"})
  void theEndOfAnActIsStoredAsSoonAsTheStoreTakesIt(Store store) {
    EventBus bus = withSubscription(open(store));
    AtomicInteger appends = new AtomicInteger();
    fault.set(call -> appends.incrementAndGet() > 1 ? refuse(call) : call.pass());

    bus.operations().pause("watcher");

    assertThat(paused(bus)).isTrue();
    assertThat(verify(bus).unfinished()).hasSize(1);
    fault.set(TwistedBackend.Twist.NONE);
    bus.operations().resume("watcher");
    assertThat(names(bus)).containsExactly("intended", "done", "intended", "done");
    assertThat(verify(bus).problems()).isEmpty();
    assertThat(verify(bus).unfinished()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"MEMORY", "FILE"})
  void anActWhoseProcessEndsInTheMiddleIsUnfinished(Store store) {
    EventBus bus = withSubscription(open(store));
    AtomicInteger appends = new AtomicInteger();
    fault.set(call -> {
      if (appends.incrementAndGet() > 1) {
        throw new Error("the process ends here");
      }
      return call.pass();
    });

    assertThatThrownBy(() -> bus.operations().pause("watcher")).isInstanceOf(Error.class);

    fault.set(TwistedBackend.Twist.NONE);
    Report report = verify(bus);
    assertThat(report.isWhole()).isTrue();
    assertThat(report.unfinished()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"MEMORY", "FILE"})
  void whatFailedIsRecordedWithItsCode(Store store) {
    EventBus bus = open(store);

    assertThatThrownBy(() -> bus.operations().rewind("nobody", Start.latest(), false))
        .isInstanceOf(NotFound.class);

    assertThat(facts(bus).getLast()).isEqualTo(new Fact.Failed(1, "rewind", "nobody", "not-found"));
  }

  /** Else the one act that makes room could not be done for want of room. */
  @ParameterizedTest
  @EnumSource(names = {"MEMORY", "FILE"})
  void aFullStreamTakesTheActThatMakesRoom(Store store) {
    EventBus bus =
        open(
            store,
            BusConfig.standard()
                .audit(AuditConfig.STANDARD.keys(List.of(KEY)))
                .with(new StreamConfig("system", 1, Optional.empty(), Optional.of(20_000L))));
    bus.subscribe(Subscription.of("stuck", "system.**").from(Start.earliest()), EventHandler.NONE)
        .close();
    String data = "\"" + "x".repeat(1_000) + "\"";
    assertThatThrownBy(
            () -> IntStream.range(0, 100).forEach(_ -> bus.publish(Draft.of("system.x", data))))
        .isInstanceOf(LogFull.class);

    bus.operations().remove("stuck");

    bus.publish(Draft.of("system.x", data));
    assertThat(bus.operations().subscriptions()).isEmpty();
  }

  private static double metric(EventBus bus, String name) {
    return bus.operations().metrics().stream()
        .filter(metric -> metric.name().equals(name))
        .mapToDouble(Metric::value)
        .sum();
  }

  private static void awaitRecorded(EventBus bus, int outcomes) {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> metric(bus, "rookery_audit_deliveries_total") >= outcomes);
  }

  private void deliver(EventBus bus, int events) {
    AtomicInteger handled = new AtomicInteger();
    bus.subscribe(Subscription.of("audited", "user.*"), event -> handled.incrementAndGet());
    List<Draft> batch = Collections.nCopies(500, Draft.of("user.said"));
    for (int sent = 0; sent < events; sent += batch.size()) {
      bus.publishAll(batch);
    }
    await().atMost(Duration.ofMinutes(1)).until(() -> handled.get() == events);
  }

  @ParameterizedTest
  @EnumSource(names = {"MEMORY", "FILE"})
  void whatTheAuditHasNoRoomForIsCountedAndDeliveriesDoNotWait(Store store) {
    EventBus bus = open(store, "audited");
    CountDownLatch go = new CountDownLatch(1);
    fault.set(call -> {
      go.await();
      return call.pass();
    });

    deliver(bus, 12_000);
    assertThat(metric(bus, "rookery_audit_lost_total")).isGreaterThan(1_000);
    go.countDown();

    awaitRecorded(bus, 10_000);
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> verify(bus), told -> told.deliveries() + told.lost() >= 12_000);
    Report report = verify(bus);
    assertThat(report.lost()).isPositive();
    assertThat(report.problems()).isEmpty();
    assertThat(report.deliveries() + report.lost()).isEqualTo(12_000);
  }

  @ParameterizedTest
  @EnumSource(names = {"MEMORY", "FILE"})
  void whatTheStoreRefusesComesAgain(Store store) {
    EventBus bus = open(store, "*");
    AtomicInteger appends = new AtomicInteger();
    fault.set(call -> appends.incrementAndGet() <= 2 ? refuse(call) : call.pass());

    deliver(bus, 1_000);

    awaitRecorded(bus, 1_000);
    assertThat(verify(bus).deliveries()).isEqualTo(1_000);
    assertThat(verify(bus).lost()).isZero();
    assertThat(verify(bus).problems()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"MEMORY", "FILE"})
  void anOutcomeIsRecordedOnceWhereTheAnswerWasLost(Store store) {
    EventBus bus = open(store, "audited");
    AtomicInteger appends = new AtomicInteger();
    fault.set(call -> {
      int append = appends.incrementAndGet();
      return append == 1 ? swallowAnswer(call) : append == 2 ? swallow(call) : call.pass();
    });

    deliver(bus, 500);

    awaitRecorded(bus, 500);
    await().atMost(Duration.ofMinutes(1)).until(() -> verify(bus).deliveries() == 500);
    assertThat(verify(bus).lost()).isZero();
    assertThat(verify(bus).problems()).isEmpty();
  }
}

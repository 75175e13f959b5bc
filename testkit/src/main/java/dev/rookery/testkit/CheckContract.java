package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Draft;
import dev.rookery.EventRejected;
import dev.rookery.Finding;
import dev.rookery.Operations.Verified;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.Unsupported;
import dev.rookery.audit.AuditRecord;
import dev.rookery.audit.AuditTrail;
import dev.rookery.audit.Fact;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What looking through all that is stored promises. */
@Tag("P7")
public interface CheckContract extends BusUnderTest {
  private Verified whole(boolean repair) {
    List<Finding> findings = new ArrayList<>();
    Verified verified = operations().verify(repair, findings::add, _ -> {});
    assertThat(findings).isEmpty();
    assertThat(verified)
        .isEqualTo(new Verified(verified.events(), 0, 0, 0, 0))
        .satisfies(all -> assertThat(all.events()).isPositive());
    return verified;
  }

  private List<Draft> many(String prefix, int count) {
    return IntStream.range(0, count)
        .mapToObj(n -> said(prefix + n, n % 5 == 0 ? "alice" : "key-" + n % 7))
        .toList();
  }

  private static void handle(String id, int attempt) {
    if (id.hashCode() % 11 == 0) {
      throw new EventRejected("never");
    }
    if (id.hashCode() % 5 == 0 && attempt < 2) {
      throw new IllegalStateException("not yet");
    }
  }

  private Recorder moody() {
    return new Recorder()
        .doing((delivery, progress) -> handle(delivery.event().id(), delivery.attempt()));
  }

  @Test
  default void afterABusyTimeNothingIsFound() throws Exception {
    if (!verifies()) {
      return;
    }
    subscribe(fromTheBeginning("moody"), moody());
    subscribe(fromTheBeginning("holding").retry(QUICK), moody());
    subscribe(Subscription.of("kept", "kept.**", "left.**"), new Recorder());
    bus().publishAll(many("a", 300));
    for (int n = 0; n < 50; n++) {
      bus().publish(Draft.of("kept.once", "{\"n\":" + n + "}").key("k" + n));
    }
    operations().erase("alice", Optional.empty(), false);
    operations().pause("holding");
    bus().publishAll(many("b", 200));
    soon().until(() -> lagOf("moody") == 0 && lagOf("kept") == 0);

    Verified first = whole(false);

    operations().resume("holding");
    operations().redrive(dev.rookery.Operations.DeadLetterFilter.ALL.of("moody"));
    soon().until(() -> lagOf("holding") == 0);
    whole(true);
    assertThat(first.events()).isGreaterThanOrEqualTo(500);
    if (keeps()) {
      reopen();
      whole(false);
    }
  }

  @Test
  default void whatHappensMeanwhileIsNoDamage() throws InterruptedException {
    if (!verifies()) {
      return;
    }
    subscribe(fromTheBeginning("moody"), moody());
    subscribe(Subscription.of("kept", "kept.**"), new Recorder());
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    Thread busy =
        Thread.ofVirtual()
            .start(() -> {
              for (int round = 0; !over.get(); round++) {
                bus().publishAll(many("r" + round + "-", 20));
                bus().publish(Draft.of("kept.once", "{}").key("k"));
                operations().erase("alice", Optional.empty(), false);
                begun.countDown();
              }
            });
    begun.await();
    try {
      for (int i = 0; i < 5; i++) {
        whole(i % 2 == 1);
      }
    } finally {
      over.set(true);
      busy.join();
    }
  }

  @Test
  default void aLookIsCancelledByWhoeverIsToldOfItsProgress() {
    if (!verifies()) {
      assertThatThrownBy(() -> operations().verify(false, _ -> {}, _ -> {}))
          .isInstanceOf(Unsupported.class)
          .hasMessageContaining("file:");
      return;
    }
    say("a");

    assertThatThrownBy(() ->
            operations()
                .verify(
                    false,
                    _ -> {},
                    _ -> {
                      throw new CancellationException("enough");
                    }))
        .isInstanceOf(CancellationException.class);
    whole(false);
  }

  @Test
  default void repairingIsAnActAndLookingIsNone() {
    if (!verifies()) {
      return;
    }
    say("a");
    whole(false);
    whole(true);

    List<Fact> facts = new ArrayList<>();
    new AuditTrail(operations())
        .each(
            Start.earliest(),
            located -> facts.add(AuditRecord.read(located.event()).orElseThrow().fact()));
    assertThat(facts)
        .hasSize(2)
        .first()
        .isInstanceOfSatisfying(
            Fact.Intended.class, act -> assertThat(act.act()).isEqualTo("repair"));
    assertThat(facts.getLast())
        .isInstanceOfSatisfying(
            Fact.Done.class, done -> assertThat(done.result()).containsEntry("repaired", "0"));
  }
}

package dev.rookery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Event;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.StreamConfig;
import dev.rookery.Subscription;
import dev.rookery.engine.UnreadWatch.Due;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.spi.Append;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Place;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("P6")
class UnreadWatchTest {
  private static final Partition BOT = new Partition("bot", 0);
  private static final Duration LOOK = Duration.ofMinutes(1);
  private static final Duration LIMIT = Duration.ofHours(1);
  private static final BusConfig CONFIG =
      BusConfig.standard()
          .with(
              new StreamConfig("bot", 1, Optional.of(Duration.ofMinutes(10)), Optional.empty())
                  .giveUpAfter(LIMIT));

  /** Two clocks that are moved by hand. */
  private static final class Clocks implements Environment {
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private long nanos;
    private long dice;

    @Override
    public Instant now() {
      return now;
    }

    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public long randomLong() {
      return ++dice;
    }

    void pass(Duration time) {
      now = now.plus(time);
      nanos += time.toNanos();
    }
  }

  private final Clocks clocks = new Clocks();
  private final Address address = Address.parse("memory:" + UUID.randomUUID());
  private final List<EngineParts> processes = new ArrayList<>();
  private final Backend store = new MemoryProvider().open(address, CONFIG, clocks);
  private final UnreadWatch watch = process();

  private UnreadWatch process() {
    return process(CONFIG);
  }

  private UnreadWatch process(BusConfig config) {
    Backend mine = new MemoryProvider().open(address, config, clocks);
    EngineParts parts = new EngineParts(mine, config, clocks);
    processes.add(parts);
    return new UnreadWatch(parts);
  }

  @BeforeEach
  void leaveAnEventUnread() {
    store.subscriptions().define(Subscription.of("s", "**"), Map.of(BOT, Place.BEGINNING));
    Event event =
        new Event(
            "a",
            "bot.said",
            "tester",
            "",
            clocks.now(),
            "a",
            Optional.empty(),
            1,
            Payload.json("{}"),
            Map.of());
    store.log().append(BOT, List.of(new Append(event, ByteBuffer.allocate(32))));
  }

  @AfterEach
  void close() {
    processes.forEach(parts -> {
      parts.close();
      parts.backend().close();
    });
    store.close();
  }

  private List<Due> lookOften(UnreadWatch looking, Duration time) {
    List<Due> due = new ArrayList<>();
    for (Duration over = Duration.ZERO; over.compareTo(time) < 0; over = over.plus(LOOK)) {
      clocks.pass(LOOK);
      due.addAll(looking.look());
    }
    return due;
  }

  private Duration unread() {
    return Unread.present(store).getOrDefault("s", Duration.ZERO);
  }

  private Claim claim() {
    return store
        .subscriptions()
        .claim("s", BOT, "somebody", Duration.ofSeconds(9), Optional.empty())
        .orElseThrow();
  }

  @Test
  void whatNobodyReadsForAsLongAsIsAskedForIsDueAtTheSecondLookAfterIt() {
    assertThat(lookOften(watch, LIMIT.plus(LOOK))).isEmpty();
    assertThat(unread()).isEqualTo(LIMIT);

    assertThat(lookOften(watch, LOOK))
        .singleElement()
        .satisfies(due -> {
          assertThat(due.subscription()).isEqualTo("s");
          assertThat(due.held()).containsExactly(BOT);
        });
  }

  private UnreadWatch archivedFor(Duration age) {
    StreamConfig stream =
        new StreamConfig("bot", 1, Optional.empty(), Optional.empty())
            .giveUpAfter(LIMIT)
            .archived(Optional.of(age), Optional.empty());
    return process(BusConfig.standard().with(stream));
  }

  @Test
  void whatItKeepsInTheArchiveLongerThanAskedForIsDueToo() {
    Duration time = LIMIT.plus(LOOK.multipliedBy(3));

    assertThat(lookOften(archivedFor(LIMIT.multipliedBy(9)), time)).isEmpty();
    assertThat(lookOften(archivedFor(LIMIT), time)).isNotEmpty();
  }

  @Test
  void aClockThatIsSetGivesNothingUp() {
    lookOften(watch, LOOK.multipliedBy(5));

    clocks.now = clocks.now.plus(Duration.ofDays(400));
    List<Due> due = lookOften(watch, LOOK.multipliedBy(5));

    assertThat(due).isEmpty();
    assertThat(unread()).isEqualTo(LOOK.multipliedBy(9));
  }

  @Test
  void timeInWhichNobodyLookedIsNotCounted() {
    lookOften(watch, LOOK.multipliedBy(5));

    clocks.pass(Duration.ofDays(400));

    assertThat(lookOften(watch, LOOK.multipliedBy(2))).isEmpty();
    assertThat(unread()).isLessThan(LOOK.multipliedBy(9));
  }

  @Test
  void twoProcessesNeverCountTheSameTimeTwice() {
    UnreadWatch other = process();
    for (int n = 0; n < 20; n++) {
      clocks.pass(LOOK.dividedBy(3));
      other.look();
      clocks.pass(LOOK.dividedBy(3).multipliedBy(2));
      watch.look();
    }

    assertThat(unread()).isBetween(LOOK.multipliedBy(17), LOOK.multipliedBy(20));
  }

  @Test
  void whoTakesOverGoesOnCountingWhereTheLastOneWas() {
    lookOften(watch, LOOK.multipliedBy(30));

    lookOften(process(), LOOK.multipliedBy(10));

    assertThat(unread()).isBetween(LOOK.multipliedBy(37), LOOK.multipliedBy(40));
  }

  @Test
  void whoReadsItForAMomentBeginsTheCountAnew() {
    lookOften(watch, LIMIT.dividedBy(2));
    store.subscriptions().release(claim(), true);

    assertThat(unread()).isZero();
    assertThat(lookOften(watch, LIMIT)).isEmpty();
    assertThat(unread()).isLessThan(LIMIT);
  }

  @Test
  void aClaimThatIsRenewedIsNoUnreadSubscription() {
    Claim claim = claim();
    for (int n = 0; n < 100; n++) {
      clocks.pass(LOOK);
      claim = store.subscriptions().renew(List.of(claim)).getFirst();
      assertThat(watch.look()).isEmpty();
    }
    assertThat(unread()).isZero();
  }

  @Test
  void anOwnerThatDiedIsNobody() {
    claim();

    assertThat(lookOften(watch, LIMIT.plus(LOOK.multipliedBy(3)))).isNotEmpty();
  }

  @Test
  void whoClaimsItBetweenTheLookAndTheActKeepsIt() {
    lookOften(watch, LIMIT.plus(LOOK));
    Due due = lookOften(watch, LOOK).getFirst();
    EngineParts parts = processes.getFirst();
    AuditWriter audit = new AuditWriter(parts);
    Abandonment abandonment = new Abandonment(parts, audit, new Publisher(parts));
    Claim claim = claim();

    abandonment.giveUp(due);

    assertThat(store.subscriptions().load(claim).floor()).isEqualTo(Place.BEGINNING);
    assertThat(store.log().latest(audit.partition()).ordinal()).isZero();
    store.subscriptions().release(claim, true);
    clocks.pass(LOOK);
    Due again = new Due("s", store.subscriptions().claims("s"), due.held());
    abandonment.giveUp(again);
    assertThat(store.subscriptions().cursors("s").values())
        .allMatch(cursor -> cursor.floor().ordinal() == 1);
  }
}

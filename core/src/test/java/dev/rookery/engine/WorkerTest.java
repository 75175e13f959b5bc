package dev.rookery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.DeadLetter;
import dev.rookery.Delivery;
import dev.rookery.Event;
import dev.rookery.Outcome;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.Subscription;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("P3")
class WorkerTest {
  private static final Partition PARTITION = new Partition("user", 0);
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static Worker worker(Cursor cursor, String... parkedKeys) {
    Worker.Assignment job =
        new Worker.Assignment(
            Subscription.of("m", "user.*"),
            PARTITION,
            1,
            _ -> true,
            Optional.empty(),
            Optional.empty(),
            _ -> false,
            false,
            4 << 20,
            16,
            32,
            false);
    return new Worker(job, cursor, Set.of(parkedKeys));
  }

  private static Event event(long number, String key) {
    String id = "e" + number;
    return new Event(
        id, "user.a", "bot", key, NOW, id, Optional.empty(), 1, Payload.EMPTY, Map.of());
  }

  private static Message.Arrived arrived(String... keys) {
    List<Seen> seen = new ArrayList<>();
    for (String key : keys) {
      long number = seen.size() + 1L;
      seen.add(new Seen.Decoded(Position.of(number), event(number, key)));
    }
    return new Message.Arrived(seen, true);
  }

  private static DeadLetter parked(long number) {
    Position position = Position.of(number);
    return new DeadLetter(
        DeadLetter.idOf("m", PARTITION, position),
        "m",
        PARTITION,
        position,
        "k",
        Optional.of(event(number, "k")),
        Optional.empty(),
        DeadLetter.Reason.PARKED,
        DeadLetter.State.WAITING,
        0,
        List.of(),
        NOW);
  }

  private static List<List<Long>> runs(List<Effect> effects) {
    return effects.stream()
        .filter(Effect.Handle.class::isInstance)
        .map(effect ->
            ((Effect.Handle) effect)
                .run().stream().map(Delivery::position).map(Position::high).toList())
        .toList();
  }

  private static Message.Settled settled(long position, Outcome outcome) {
    return new Message.Settled(
        List.of(new Message.Result(Position.of(position), 1, outcome, Duration.ZERO)));
  }

  @Test
  void theEventsOfAKeyThatAreThereAreHandedOutTogether() {
    Worker worker = worker(Cursor.at(Place.BEGINNING));
    worker.step(new Message.Begin(), NOW);

    assertThat(runs(worker.step(arrived("a", "b", "a", "a"), NOW)))
        .containsExactly(List.of(1L, 3L, 4L), List.of(2L));
  }

  @Test
  void whatIsBehindAnEventThatFailedIsHandedOutAgainAfterIt() {
    Worker worker = worker(Cursor.at(Place.BEGINNING));
    worker.step(new Message.Begin(), NOW);
    worker.step(arrived("a", "a", "a"), NOW);

    assertThat(runs(worker.step(settled(1, new Outcome.Handled()), NOW))).isEmpty();
    List<Effect> effects = worker.step(settled(2, new Outcome.Rejected("never")), NOW);
    assertThat(runs(effects)).isEmpty();
    List<DeadLetter> letters =
        effects.stream()
            .filter(Effect.Bury.class::isInstance)
            .flatMap(effect -> ((Effect.Bury) effect).letters().stream())
            .toList();

    assertThat(runs(worker.step(new Message.Buried(letters), NOW))).containsExactly(List.of(3L));
  }

  /** After a crash: the second event is parked, and the first one was being handled. */
  private static Worker takenOver() {
    Position second = Position.of(2);
    Cursor cursor =
        new Cursor(
            Place.BEGINNING,
            List.of(new Cursor.Range(second, second, 1)),
            Map.of(),
            Map.of("k", new Cursor.Parked(Optional.empty(), false)),
            0);
    Worker worker = worker(cursor, "k");
    worker.step(new Message.Begin(), NOW);
    return worker;
  }

  private static void theFirstComesFirst(Worker worker) {
    worker.step(new Message.Buried(List.of(parked(1))), NOW);
    List<Effect> asked = new ArrayList<>();
    for (long version = 1; version <= 3; version++) {
      asked.addAll(worker.step(new Message.Saved(version), NOW));
    }
    assertThat(asked).anyMatch(Effect.FetchKey.class::isInstance);

    Message.Fetched both = new Message.Fetched("k", List.of(parked(1), parked(2)), false);
    assertThat(runs(worker.step(both, NOW))).containsExactly(List.of(1L));
  }

  @Test
  void aParkedEventWaitsUntilTheLogIsReadUpToIt() {
    Worker worker = takenOver();

    Message.Fetched second = new Message.Fetched("k", List.of(parked(2)), false);
    assertThat(runs(worker.step(second, NOW))).isEmpty();
    assertThat(runs(worker.step(arrived("k", "k"), NOW))).isEmpty();

    theFirstComesFirst(worker);
  }

  @Test
  void anAnswerOfTheStoreThatLacksAnEarlierParkedEventDoesNotCount() {
    Worker worker = takenOver();

    assertThat(runs(worker.step(arrived("k", "k"), NOW))).isEmpty();
    Message.Fetched second = new Message.Fetched("k", List.of(parked(2)), false);
    assertThat(runs(worker.step(second, NOW))).isEmpty();

    theFirstComesFirst(worker);
  }
}

package dev.rookery.check;

import dev.rookery.Durability;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.Receipt;
import dev.rookery.check.HistoryLine.Applied;
import dev.rookery.check.HistoryLine.Claimed;
import dev.rookery.check.HistoryLine.Handling;
import dev.rookery.check.HistoryLine.Publishing;
import dev.rookery.check.HistoryLine.Result;
import dev.rookery.check.HistoryLine.Settled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A bus that keeps its promises through publishes cut before and after they store, failed attempts,
 * killed owners and take-overs, by chance from a seed; it writes down what happens, in order.
 */
final class ModelBus {
  static final int WINDOW = 8;
  private static final int KEYS = 5;

  private final Random random;
  private final Consumer<HistoryLine> history;
  private final List<List<Publishing>> logs = List.of(new ArrayList<>(), new ArrayList<>());
  private final List<Owner> owners = new ArrayList<>();
  private final Deque<Publishing> unresolved = new ArrayDeque<>();
  private final Set<String> stored = new HashSet<>();
  private final long[] seqs = new long[KEYS];
  private int count;
  private long clock;
  int crashes;

  /** One subscription's claim of one partition. */
  private final class Owner {
    private final String subscription;
    private final int partition;
    private final Set<Integer> settled = new HashSet<>();
    private final Set<Integer> saved = new HashSet<>();
    private final Set<Integer> applied = new HashSet<>();
    private final Deque<Handling> running = new ArrayDeque<>();
    private long epoch;

    Owner(String subscription, int partition) {
      this.subscription = subscription;
      this.partition = partition;
      takeOver();
    }

    /** What the last owner did since it saved is done again. */
    void takeOver() {
      epoch++;
      running.clear();
      settled.retainAll(saved);
      history.accept(new Claimed(process(), subscription, place(partition), epoch, ++clock));
    }

    private String process() {
      return subscription + "-" + epoch;
    }

    /** Begins the first event that is open and whose key is free. */
    void begin() {
      List<Publishing> log = logs.get(partition);
      Set<String> busy = new HashSet<>();
      running.forEach(handling -> busy.add(handling.key()));
      for (int i = 0; i < log.size() && running.size() < WINDOW; i++) {
        Publishing event = log.get(i);
        if (!settled.contains(i) && busy.add(event.key())) {
          Handling handling = handling(event, i);
          running.add(handling);
          history.accept(handling);
          return;
        }
      }
    }

    private Handling handling(Publishing event, int i) {
      return new Handling(
          process(),
          subscription,
          event.id(),
          event.key(),
          event.seq(),
          place(partition),
          Position.of(i + 1),
          1,
          epoch,
          false,
          ++clock);
    }

    void end() {
      if (!running.isEmpty()) {
        Handling handling = running.remove();
        int i = (int) handling.position().high() - 1;
        boolean good = random.nextInt(10) > 0;
        if (good && applied.add(i)) {
          history.accept(new Applied(process(), subscription, handling.id(), ++clock));
        }
        history.accept(handling.ended(good ? Result.OK : Result.FAILED, ++clock));
        if (good) {
          settled.add(i);
        }
      }
    }

    void save() {
      if (!settled.isEmpty()) {
        saved.addAll(settled);
        Position position = Position.of(settled.size());
        long sent = ++clock;
        history.accept(
            new Settled(
                process(), subscription, place(partition), position, epoch, true, sent, ++clock));
        history.accept(
            new Settled(
                process(),
                subscription,
                place(partition),
                position,
                epoch - 1,
                false,
                sent,
                clock));
      }
    }

    boolean isDone() {
      return settled.size() == logs.get(partition).size();
    }
  }

  ModelBus(long seed, Consumer<HistoryLine> history) {
    this.random = new Random(seed);
    this.history = history;
    for (String subscription : List.of("a", "b")) {
      owners.add(new Owner(subscription, 0));
      owners.add(new Owner(subscription, 1));
    }
  }

  /** So many steps by chance, and then all that is left is delivered. */
  void run(int steps) {
    for (int i = 0; i < steps; i++) {
      Owner owner = owners.get(random.nextInt(owners.size()));
      switch (random.nextInt(40)) {
        case 0, 1, 2, 3, 4 -> publish();
        case 5 -> crash(owner);
        case 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 -> owner.save();
        case 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27 -> owner.end();
        default -> owner.begin();
      }
    }
    while (!unresolved.isEmpty()) {
      call(unresolved.remove());
    }
    for (Owner owner : owners) {
      while (!owner.isDone()) {
        owner.begin();
        owner.end();
      }
    }
  }

  private void crash(Owner owner) {
    crashes++;
    owner.takeOver();
  }

  /** A publish whose end is unknown is repeated before the next. */
  private void publish() {
    int key = random.nextInt(KEYS);
    if (!unresolved.isEmpty()) {
      call(unresolved.remove());
    } else {
      count++;
      call(new Publishing("p", "e" + count, "t", "k" + key, ++seqs[key], 0));
    }
  }

  private void call(Publishing event) {
    Publishing call =
        new Publishing("p", event.id(), event.type(), event.key(), event.seq(), ++clock);
    int partition = event.key().hashCode() % 2;
    history.accept(call);
    switch (random.nextInt(6)) {
      case 0 -> {
        history.accept(call.unresolved(++clock));
        unresolved.add(event);
      }
      case 1 -> {
        store(partition, call);
        history.accept(call.unresolved(++clock));
        unresolved.add(event);
      }
      case 2 -> {
        if (stored.contains(event.id())) {
          unresolved.add(event);
          history.accept(call.unresolved(++clock));
        } else {
          history.accept(call.notStored(++clock));
        }
      }
      default -> {
        boolean duplicate = !store(partition, call);
        history.accept(call.stored(receipt(partition, call, duplicate), ++clock));
      }
    }
  }

  private boolean store(int partition, Publishing event) {
    boolean fresh = stored.add(event.id());
    if (fresh) {
      logs.get(partition).add(event);
    }
    return fresh;
  }

  private Receipt receipt(int partition, Publishing event, boolean duplicate) {
    int i = 0;
    while (!logs.get(partition).get(i).id().equals(event.id())) {
      i++;
    }
    Position position = Position.of(i + 1);
    return new Receipt(event.id(), "user", partition, position, Durability.MEMORY, duplicate);
  }

  private static Partition place(int partition) {
    return new Partition("user", partition);
  }
}

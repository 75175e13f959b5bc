package dev.rookery.engine;

import dev.rookery.Delivery;
import dev.rookery.Event;
import dev.rookery.Outcome;
import dev.rookery.Position;
import dev.rookery.spi.Environment;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Has deliveries handled, a run one after the other, as many runs at once as the subscription
 * allows. Each attempt's {@link Message.Result} goes to the worker; the first that is not handled
 * ends its run.
 */
sealed interface Handlers permits HandlerThreads, HandedRuns {
  /** How often a handling that waits for a fresh claim looks for one. */
  long CLAIM_CHECK_NANOS = 20_000_000;

  /** An attempt that has ended, for counting. */
  record Done(Delivery delivery, Outcome outcome) {}

  /**
   * What a worker asks for.
   *
   * @param environment whose time and threads the handlings take
   * @param concurrency how many runs at once
   * @param deadline of one handling
   * @param claimNanosLeft how long the claim is fresh enough to begin a handling
   * @param mailbox the worker's
   * @param done told of each attempt that has ended
   */
  record Terms(
      Environment environment,
      int concurrency,
      Duration deadline,
      LongSupplier claimNanosLeft,
      Mailbox mailbox,
      Consumer<Done> done) {
    long nanoTime() {
      return environment.nanoTime();
    }

    /** Whether a run's first event has expired since it was handed out, and is not to be begun. */
    boolean hasExpired(List<Delivery> run) {
      Event first = run.getFirst().event();
      return first.attributes().containsKey(Event.EXPIRY_TIME)
          && first.expiry().filter(environment.now()::isAfter).isPresent();
    }

    void giveBack(List<Delivery> run) {
      mailbox.post(new Message.Returned(run.stream().map(Delivery::position).toList()));
    }
  }

  void add(List<Delivery> run);

  /** Begins what was added, as far as it may. */
  void go();

  /** Nanoseconds until {@link #look} has something to do, {@link Long#MAX_VALUE} for never. */
  long nanosToLook(long now);

  /** Interrupts handlers that are past their deadline; returns those that go on after that. */
  List<Position> look(long now);

  /**
   * Begins nothing more; returns what was not begun. What is added after that goes back as {@link
   * Message.Returned}.
   */
  List<Position> close();

  void interruptAll();
}

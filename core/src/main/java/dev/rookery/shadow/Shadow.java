package dev.rookery.shadow;

import dev.rookery.Causation;
import dev.rookery.Delivery;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.Operations;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.Token;
import dev.rookery.TypePattern;
import dev.rookery.shadow.ShadowReport.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongPredicate;

/**
 * Runs a new version of a bot against history. It is handed the events that its subscription wants,
 * and what it publishes is kept from the bus and held beside what the bot that ran then has
 * published: the same handling gives the same ids, so what belongs together is known by its id.
 *
 * <p>The handler runs once for each event, one after the other, and nothing is stored: no place, no
 * dead letter, no event. Only what it does besides publishing is done in earnest.
 */
public final class Shadow {
  /** How many events one run takes; what they publish is held in memory. */
  public static final int MOST = 100_000;

  /** It is asked after so many events whether it goes on. */
  private static final int PAGE = 100;

  private static final int MOST_FAILURES = 1_000;

  private final Operations operations;
  private final Subscription subscription;
  private final CapturingBus captured = new CapturingBus();
  private final EventHandler handler;
  private final LongPredicate goOn;
  private final Comparison comparison;
  private final List<Failure> failures = new ArrayList<>();
  private long handled;

  private Shadow(
      EventBus bus,
      Subscription subscription,
      Function<EventBus, EventHandler> bot,
      LongPredicate goOn) {
    this.operations = bus.operations();
    this.subscription = subscription;
    this.handler = bot.apply(captured);
    this.goOn = goOn;
    this.comparison = new Comparison(subscription.name());
  }

  /**
   * Runs a bot in the shadow of a subscription.
   *
   * @param subscription under its name the bot that ran then published; it begins at its {@code
   *     from} and ends at its {@code until}, or at what is stored now
   * @param bot makes the handler, for the bus that it publishes to
   */
  public static ShadowReport run(
      EventBus bus, Subscription subscription, Function<EventBus, EventHandler> bot)
      throws InterruptedException {
    return run(bus, subscription, bot, handled -> handled < MOST);
  }

  /** The same, as long as it is told to go on. */
  public static ShadowReport run(
      EventBus bus,
      Subscription subscription,
      Function<EventBus, EventHandler> bot,
      LongPredicate goOn)
      throws InterruptedException {
    return new Shadow(bus, subscription, bot, goOn).run();
  }

  private ShadowReport run() throws InterruptedException {
    Token now = operations.latest();
    Token end = subscription.until().orElse(now);
    ReadRequest wanted = request(subscription.patterns(), subscription.where());
    Optional<Token> next = visit(wanted, end, this::handle, () -> goOn.test(handled));
    ReadRequest all = request(List.of(), Optional.empty());
    visit(all, now, located -> comparison.stored(located.event()), () -> true);
    return comparison.report(handled, failures, next);
  }

  private ReadRequest request(List<TypePattern> patterns, Optional<String> where) {
    return new ReadRequest(patterns, where, subscription.from(), PAGE, Duration.ZERO);
  }

  private void handle(Located located) throws InterruptedException {
    Event event = located.event();
    Delivery delivery =
        new Delivery(
            subscription.name(), located.partition(), located.position(), 1, 0, true, false, event);
    try {
      Causation.handling(delivery, handler, () -> {});
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      if (failures.size() < MOST_FAILURES) {
        failures.add(new Failure(event.id(), String.valueOf(e.getMessage())));
      }
    }
    comparison.handled(event, captured.take());
    handled++;
  }

  /** What is done with each event. */
  @FunctionalInterface
  private interface Visitor {
    void visit(Located located) throws InterruptedException;
  }

  /** Visits what is stored up to the end; where it was told to stop before, says how far it got. */
  private Optional<Token> visit(ReadRequest first, Token end, Visitor visitor, BooleanSupplier goOn)
      throws InterruptedException {
    ReadRequest request = first;
    while (true) {
      Page page = operations.read(request);
      for (Located located : page.events()) {
        if (!located.position().isAfter(at(end, located.partition()))) {
          visitor.visit(located);
        }
      }
      if (page.end() || isPast(page.next().positions(), end)) {
        return Optional.empty();
      }
      if (!goOn.getAsBoolean()) {
        return Optional.of(page.next());
      }
      Start on = new Start.After(page.next());
      request = new ReadRequest(first.patterns(), first.where(), on, PAGE, Duration.ZERO);
    }
  }

  private static Position at(Token token, Partition partition) {
    return token.positions().getOrDefault(partition, Position.ZERO);
  }

  private static boolean isPast(Map<Partition, Position> reached, Token end) {
    return reached.entrySet().stream()
        .allMatch(each -> !at(end, each.getKey()).isAfter(each.getValue()));
  }
}

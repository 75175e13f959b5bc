package dev.rookery.cli;

import dev.rookery.Delivery;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.NotFound;
import dev.rookery.RetryPolicy;
import dev.rookery.SideEffect;
import dev.rookery.Start;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.cli.terminal.Terminal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** Runs a durable subscription. */
@Command(
    name = "subscribe",
    footer = {
      "",
      "The command of --exec gets the event as CloudEvents JSON on standard input, and ROOKERY_SUBSCRIPTION,",
      "ROOKERY_ATTEMPT, ROOKERY_POSITION and ROOKERY_REPLAY in its environment. Its exit code decides: 0",
      "acknowledges, 65 rejects (dead letter at once), 75 says that its surroundings are down, any other asks for a retry."
    })
final class Subscribe extends Verb {
  @Parameters(index = "0", paramLabel = "NAME", description = "The subscription's name.")
  private String name = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "PATTERN",
      description = "The types it wants; may be left out where the subscription exists.")
  private List<String> patterns = List.of();

  @Option(names = "--exec", paramLabel = "CMD", description = "A shell command for each event.")
  private Optional<String> exec = Optional.empty();

  @Option(
      names = "--publish",
      description =
          "Publishes what the command prints, a line an event as for 'publish -', caused by the event.")
  private boolean publish;

  @Option(
      names = "--effect",
      paramLabel = "EFFECT",
      description = "What the handler does to the world: pure, idempotent or external.")
  private Optional<SideEffect> effect = Optional.empty();

  @Option(names = "--count", paramLabel = "N", description = "Ends after so many handled events.")
  private Optional<Long> count = Optional.empty();

  @Option(
      names = "--from",
      paramLabel = "START",
      description =
          "Where a new subscription begins: earliest, latest, a time, a position, or group.")
  private Optional<String> from = Optional.empty();

  @Option(names = "--where", paramLabel = "CONDITION", description = "A condition in CEL.")
  private Optional<String> where = Optional.empty();

  @Option(names = "--max-attempts", paramLabel = "N", description = "Then it is a dead letter.")
  private Optional<Integer> maxAttempts = Optional.empty();

  @Option(names = "--concurrency", paramLabel = "N", description = "Events handled at once.")
  private Optional<Integer> concurrency = Optional.empty();

  @Option(
      names = "--hold",
      description = "After a dead letter the later events of its key wait until it is settled.")
  private boolean hold;

  @Option(names = "--dry-run", description = "Shows the subscription and does not make it.")
  private boolean dryRun;

  private final AtomicLong handled = new AtomicLong();

  Subscribe(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws InterruptedException {
    if (publish && exec.isEmpty()) {
      throw usage("--publish needs --exec: it publishes what the command prints");
    }
    try (EventBus opened = open()) {
      Subscription definition = definition(opened);
      if (dryRun) {
        terminal.line(
            json
                ? SubscriptionLine.definition(definition).toString()
                : "would subscribe " + definition.name() + " to " + definition.patterns());
        return Exit.DONE;
      }
      terminal.interruption().watch();
      Subscriber subscriber =
          opened.subscribe(
              definition, EventHandler.ofDeliveries((delivery, _) -> handle(opened, delivery)));
      try {
        return untilEnough(subscriber);
      } finally {
        subscriber.drain(isEnough() ? Duration.ofMillis(100) : Duration.ofSeconds(10));
      }
    }
  }

  private int untilEnough(Subscriber subscriber) throws InterruptedException {
    while (!terminal.interruption().await(Duration.ofMillis(20))) {
      if (isEnough()) {
        return Exit.DONE;
      }
      if (subscriber.state().startsWith("failed") || subscriber.state().equals("ended")) {
        say("rookery: the subscription " + name + " is " + subscriber.state());
        return Exit.FAILED;
      }
    }
    return Exit.INTERRUPTED;
  }

  private boolean isEnough() {
    return handled.get() >= count.orElse(Long.MAX_VALUE);
  }

  private Subscription definition(EventBus opened) {
    Subscription definition =
        patterns.isEmpty()
            ? existing(opened)
            : Subscription.of(name, patterns.toArray(String[]::new));
    if (where.isPresent()) {
      definition = definition.where(where.get());
    }
    if (from.isPresent()) {
      definition = definition.from(Start.parse(from.get()));
    }
    if (maxAttempts.isPresent()) {
      definition = definition.retry(RetryPolicy.attempts(maxAttempts.get()));
    }
    if (effect.isPresent()) {
      definition = definition.effect(effect.get());
    }
    if (hold) {
      definition = definition.exhausted(Subscription.Exhausted.HOLD);
    }
    int atOnce = exec.isPresent() ? Runtime.getRuntime().availableProcessors() * 2 : 1;
    return definition.concurrency(count.isPresent() ? 1 : concurrency.orElse(atOnce));
  }

  private Subscription existing(EventBus opened) {
    try {
      return opened.operations().subscription(name).definition();
    } catch (NotFound e) {
      throw usage("there is no subscription " + name + " yet; say which types it wants");
    }
  }

  /** An event beyond the count waits unsettled until this process is gone. */
  private void handle(EventBus opened, Delivery delivery) throws Exception {
    if (isEnough()) {
      Thread.sleep(Duration.ofMinutes(1));
    }
    if (exec.isPresent() && publish) {
      ExecHandler.answer(exec.get(), delivery, opened);
    } else if (exec.isPresent()) {
      ExecHandler.run(exec.get(), delivery, json);
    }
    synchronized (terminal) {
      if (json) {
        ObjectNode line =
            EventLine.json(delivery.partition(), delivery.position(), delivery.event());
        print(line.put("subscription", name).put("attempt", delivery.attempt()));
      } else if (exec.isEmpty()) {
        terminal.line(EventLine.human(delivery.partition(), delivery.position(), delivery.event()));
      }
    }
    handled.incrementAndGet();
  }
}

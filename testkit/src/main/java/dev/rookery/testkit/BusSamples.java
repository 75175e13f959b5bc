package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;

import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Operations.SubscriptionInfo;
import dev.rookery.RetryPolicy;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

/** What the parts of {@link BusContract} publish, subscribe to and wait for. */
final class BusSamples {
  static final String TYPE = "user.message.received";
  static final RetryPolicy QUICK = new RetryPolicy(3, Duration.ofMillis(5), Duration.ofMillis(50));

  private BusSamples() {}

  static Subscription subscription(String name) {
    return Subscription.of(name, "user.**").retry(QUICK);
  }

  static Draft draft(String key, int number) {
    return Draft.of(TYPE, "{\"n\":" + number + "}").key(key);
  }

  static int number(Event event) {
    return event.data().tree().required("n").asInt();
  }

  /** What handlers were given, as {@code key:number}, in the order of their beginnings. */
  static final class Handled implements EventHandler {
    final List<String> seen = new CopyOnWriteArrayList<>();
    private final EventHandler inner;

    Handled() {
      this(event -> {});
    }

    Handled(EventHandler inner) {
      this.inner = inner;
    }

    @Override
    public void handle(Event event) throws Exception {
      seen.add(event.key() + ":" + number(event));
      inner.handle(event);
    }

    /** What was seen of one key. */
    List<String> of(String key) {
      return seen.stream().filter(line -> line.startsWith(key + ":")).toList();
    }
  }

  static SubscriptionInfo info(EventBus bus, String name) {
    return bus.operations().subscription(name);
  }

  static long deadLetters(EventBus bus) {
    return bus.operations().deadLetters(DeadLetterFilter.ALL).size();
  }

  static void awaitRunning(Subscriber subscriber) {
    soon().until(() -> subscriber.state().equals("running"));
  }

  /** {@code key:0} to {@code key:count-1}. */
  static List<String> expected(String key, int count) {
    return IntStream.range(0, count).mapToObj(i -> key + ":" + i).toList();
  }

  static void awaitLag(EventBus bus, String name, long lag) {
    soon().until(() -> info(bus, name).lagEvents() == lag);
  }
}

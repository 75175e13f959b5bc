package dev.rookery.testkit;

import dev.rookery.BusConfig;
import dev.rookery.DeadLetter;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.Operations;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Receipt;
import dev.rookery.RetryPolicy;
import dev.rookery.Start;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import java.time.Duration;
import java.util.List;

/** What the parts of {@link BusContract} work on. */
public interface BusUnderTest {
  RetryPolicy QUICK = new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5));

  /** The bus that was opened for this test, empty at first. */
  EventBus bus();

  /** The same bus as another process sees it; the same object where one process has it alone. */
  EventBus another() throws Exception;

  /** Closes everything and opens the same bus anew. */
  EventBus reopen() throws Exception;

  /** Subscribes, until the test is over at the latest. */
  Subscriber subscribe(EventBus bus, Subscription subscription, EventHandler handler);

  /** Closes the bus before the test's end. */
  void closeTheBus();

  /** Whether events outlive the last close. */
  boolean keeps();

  /** Whether an operator is told which key has a handler that ignores its interrupt. */
  default boolean seesStuckHandlers() {
    return true;
  }

  /** Whether its operations see into the store. */
  default boolean verifies() {
    return true;
  }

  BusConfig config();

  default Operations operations() {
    return bus().operations();
  }

  /** A subscription to everything that {@link #say} says, from now on. */
  default Subscription listening(String name) {
    return Subscription.of(name, "user.said").retry(QUICK);
  }

  default Subscription fromTheBeginning(String name) {
    return listening(name).from(Start.earliest());
  }

  default Subscriber subscribe(Subscription subscription, Recorder recorder) {
    return subscribe(bus(), subscription, recorder.handler());
  }

  default Subscriber subscribeAnother(Subscription subscription, Recorder recorder)
      throws Exception {
    return subscribe(another(), subscription, recorder.handler());
  }

  /** Publishes an event of one common key. */
  default Receipt say(String id) {
    return say(id, "common");
  }

  default Receipt say(String id, String key) {
    return bus().publish(said(id, key));
  }

  default Draft said(String id, String key) {
    return Draft.of("user.said", "{\"id\":\"" + id + "\"}").id(id).key(key);
  }

  default long lagOf(String subscription) {
    return operations().subscription(subscription).lagEvents();
  }

  default List<DeadLetter> lettersOf(String subscription) {
    return operations().deadLetters(DeadLetterFilter.ALL.of(subscription));
  }
}

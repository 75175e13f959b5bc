package dev.rookery;

import java.sql.Connection;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;

/**
 * The front door. {@code EventBus.open("file:./data")} opens a bus; one string picks where events
 * live, and nothing else changes.
 *
 * <p>All methods may be called by any thread.
 */
public interface EventBus extends AutoCloseable {
  /**
   * Opens the bus at an address: {@code memory:name}, {@code file:./folder}, {@code
   * http://host:port}.
   *
   * @throws InvalidInput when no bus is known for the address
   */
  static EventBus open(String address) {
    return open(address, BusConfig.standard());
  }

  /** Opens the bus at an address with a configuration. */
  static EventBus open(String address, BusConfig config) {
    Address parsed = Address.parse(address);
    for (Provider provider : ServiceLoader.load(Provider.class)) {
      if (provider.schemes().contains(parsed.scheme())) {
        return provider.open(parsed, config);
      }
    }
    throw new InvalidInput(
        "no bus is known for '"
            + parsed.scheme()
            + ":'; use memory:, file: or http:, and put the module for it on the class path");
  }

  /**
   * Stores one event.
   *
   * @return the receipt, given once the event is as durable as the receipt says
   * @throws PublishRejected when it is certainly not stored
   * @throws PublishUnknown when it may be stored or not; publishing it again with the same id is
   *     safe
   */
  default Receipt publish(Draft draft) {
    return publishAll(List.of(draft)).getFirst().receipt();
  }

  /** Stores a record whose class carries {@link EventType}. */
  default Receipt publish(Object value) {
    return publish(Draft.of(value));
  }

  /**
   * Publishes an event as a part of the application's own transaction, which stays open: with its
   * commit the event is sure to come onto the bus, soon after and once; without it there never was
   * one. Events of a key come in the order of these calls, if whoever calls holds a lock on what
   * the key stands for, as a row of it that the transaction changed before.
   *
   * <p>What is wrong with the event is said before anything is written.
   *
   * @param connection to the database that the bus is in, with a transaction begun
   * @throws PublishRejected when it is certainly not published
   * @throws Unsupported when the bus takes no part in transactions
   */
  default Announced publish(Connection connection, Draft draft) {
    throw new Unsupported(
        "only a bus that was opened at postgresql: takes part in a transaction. On any other, commit"
            + " first and publish then, with an id that is made of what was committed: so it can be"
            + " said again after a crash, and is stored once");
  }

  /**
   * Stores several events, in order; one that is refused does not hold up the others. Answers in
   * the order of the drafts.
   */
  List<Published> publishAll(List<Draft> drafts);

  /**
   * Defines the subscription, or goes on with it where it was, and runs the handler for its events
   * until closed.
   */
  Subscriber subscribe(Subscription subscription, EventHandler handler);

  /**
   * The same on somebody's behalf, whom the audit names where that is an operator's act: a replay,
   * or another definition of what exists. A bus that is served by another process leaves it to that
   * to know whom it serves.
   */
  default Subscriber subscribe(Actor actor, Subscription subscription, EventHandler handler) {
    return subscribe(subscription, handler);
  }

  /** Subscribes to the type of a record's class, under a name. */
  default <T> Subscriber subscribe(String name, Class<T> recordClass, TypedHandler<T> handler) {
    Subscription subscription = Subscription.of(name, Draft.typeOf(recordClass).value());
    return subscribe(subscription, event -> handler.handle(event.data(recordClass), event));
  }

  /** What operators see and do. */
  Operations operations();

  /** Drains the subscribers and closes the bus; what waits to be published is stored first. */
  @Override
  void close();

  /** Reacts to the data of one event, decoded. */
  @FunctionalInterface
  interface TypedHandler<T> {
    void handle(T data, Event event) throws Exception;
  }

  /** Opens buses of some schemes; found with {@link ServiceLoader}. */
  interface Provider {
    Set<String> schemes();

    EventBus open(Address address, BusConfig config);
  }
}

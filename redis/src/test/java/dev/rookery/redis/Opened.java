package dev.rookery.redis;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.Subscription;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Place;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A backend with a subscription, and what tests ask of both. */
record Opened(RedisBackend backend) implements AutoCloseable {
  static final Partition BOT = new Partition("bot", 0);
  static final String STREAM = "stream:bot-events";
  static final String NAME = "watcher";

  static Opened at(String address) {
    return at(address, BusConfig.standard(), Environment.system());
  }

  static Opened at(String address, BusConfig config, Environment environment) {
    return new Opened(
        RedisBackend.open(
            RedisAddress.of(Address.parse(address)),
            config,
            environment,
            new Scripts(Scripts.SERVER_CLOCK)));
  }

  RedisLog log() {
    return (RedisLog) backend.log();
  }

  RedisSubscriptions subscriptions() {
    return (RedisSubscriptions) backend.subscriptions();
  }

  /** Defines the subscription from the beginning on. */
  void define() {
    backend.subscriptions().define(Subscription.of(NAME, "**"), Map.of(BOT, Place.BEGINNING));
  }

  Claim claim() {
    return backend
        .subscriptions()
        .claim(NAME, BOT, "me", Duration.ofSeconds(9), Optional.empty())
        .orElseThrow();
  }

  /** Saves the cursor after a position, as its owner. */
  void settle(Position position, long ordinal) {
    backend.subscriptions().save(claim(), Cursor.at(new Place(position, ordinal)));
  }

  @Override
  public void close() {
    backend.close();
  }
}

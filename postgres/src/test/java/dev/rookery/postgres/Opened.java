package dev.rookery.postgres;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.Subscription;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Place;
import dev.rookery.testkit.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A backend, and what tests ask of it. */
record Opened(PostgresBackend backend) implements AutoCloseable {
  static final Partition BOT = new Partition("bot", 0);
  static final String NAME = "watcher";

  static Opened at(String address) {
    return at(address, BusConfig.standard());
  }

  static Opened at(String address, BusConfig config) {
    return new Opened(
        PostgresBackend.open(
            PostgresAddress.of(Address.parse(address)), config, Environment.system()));
  }

  PostgresLog log() {
    return (PostgresLog) backend.log();
  }

  List<Position> append(String prefix, int count) {
    return log().append(BOT, Samples.appends(prefix, count)).stream()
        .map(Appended::position)
        .toList();
  }

  List<Entry> read(long after) {
    return log().read(BOT, Position.of(after), 100, 1_000_000);
  }

  /** The ids of all events that are kept, in order. */
  List<String> ids() {
    List<String> ids = new ArrayList<>();
    Position end = log().earliest(BOT).position();
    while (true) {
      List<Entry> page = log().read(BOT, end, 1_000, 1 << 24);
      if (page.isEmpty()) {
        return ids;
      }
      page.forEach(entry -> ids.add(((Entry.Stored) entry).event().id()));
      end = page.getLast().position();
    }
  }

  /** Defines a subscription from the beginning on. */
  void define() {
    backend.subscriptions().define(Subscription.of(NAME, "**"), Map.of(BOT, Place.BEGINNING));
  }

  Claim claim() {
    return backend
        .subscriptions()
        .claim(NAME, BOT, "me", Duration.ofSeconds(9), Optional.empty())
        .orElseThrow();
  }

  @Override
  public void close() {
    backend.close();
  }
}

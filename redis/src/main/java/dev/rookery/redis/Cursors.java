package dev.rookery.redis;

import dev.rookery.DamagedLog;
import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.NameTaken;
import dev.rookery.Partition;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Place;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.Protocol.Command;
import tools.jackson.core.JacksonException;

/**
 * Cursors and the claims on them, a hash for each subscription's partition. Every change compares
 * owner and epoch in the step that makes it, and moves the consumer group that shows the cursor.
 */
final class Cursors {
  private final Redis redis;

  Cursors(Redis redis) {
    this.redis = redis;
  }

  /**
   * Compares only.
   *
   * @throws NameTaken when others have a consumer group of the subscription's name
   */
  void requireFreeGroup(String name, Partition partition) {
    begin(name, partition, "0-0", "0", "");
  }

  /** Makes a cursor where there is none. */
  void begin(String name, Partition partition, Place place) {
    begin(
        name,
        partition,
        Ids.of(place.position()),
        Long.toString(place.ordinal()),
        json(Cursor.at(place)));
  }

  /** Makes a cursor where there is none, in the place of a group that others made. */
  void adopt(String name, Partition partition, Adoption adoption) {
    Place floor = adoption.cursor().floor();
    String done =
        redis
            .run(
                beginning(
                        name,
                        partition,
                        Ids.of(floor.position()),
                        Long.toString(floor.ordinal()),
                        json(adoption.cursor()))
                    .with(adoption.given(), adoption.pending()))
            .text();
    if (done.equals("moved")) {
      throw new NameTaken(
          "others still read with the consumer group "
              + Keys.group(name)
              + " of "
              + Keys.of(partition).stream()
              + "; stop them before a subscription takes its place");
    }
  }

  private void begin(String name, Partition partition, String floor, String ordinal, String json) {
    String done = redis.run(beginning(name, partition, floor, ordinal, json)).text();
    if (done.equals("taken")) {
      throw new NameTaken(
          "the stream "
              + Keys.of(partition).stream()
              + " has a consumer group "
              + Keys.group(name)
              + " that somebody else made; give the subscription another name, or begin it at"
              + " 'group' to take its place");
    }
  }

  private static Call beginning(
      String name, Partition partition, String floor, String ordinal, String json) {
    return hash(Scripts.Name.BEGIN, name, partition)
        .with(name, Keys.group(name), floor, ordinal, json);
  }

  private static Call hash(Scripts.Name script, String name, Partition partition) {
    Keys keys = Keys.of(partition);
    return Call.of(script, keys.cursor(name), keys.floors(), keys.stream(), keys.groups());
  }

  private static String json(Cursor cursor) {
    return Json.MAPPER.writeValueAsString(cursor);
  }

  Optional<Cursor> find(String name, Partition partition) {
    return redis
        .call(Command.HGET, Keys.of(partition).cursor(name), "cursor")
        .optionalText()
        .map(json -> parse(name, partition, json));
  }

  private static Cursor parse(String name, Partition partition, String json) {
    try {
      return Json.MAPPER.readValue(json, Cursor.class);
    } catch (JacksonException e) {
      throw new DamagedLog(
          "what is stored of the cursor of "
              + name
              + " in "
              + partition
              + " cannot be read: "
              + InvalidInput.shown(e),
          e);
    }
  }

  void rewind(String name, Partition partition, Place place) {
    Keys keys = Keys.of(partition);
    redis.run(
        Call.of(
                Scripts.Name.REWIND,
                keys.cursor(name),
                keys.floors(),
                keys.stream(),
                keys.groups(),
                keys.meta())
            .with(
                name,
                Keys.group(name),
                Ids.of(place.position()),
                place.ordinal(),
                json(Cursor.at(place))));
  }

  void forget(String name, Partition partition) {
    redis.run(hash(Scripts.Name.FORGET, name, partition).with(name, Keys.group(name)));
  }

  Optional<Claim> claim(String name, Partition partition) {
    List<Reply> found =
        redis
            .call(
                Command.HMGET,
                Keys.of(partition).cursor(name),
                "owner",
                "epoch",
                "renewals",
                "ttl",
                "clean")
            .list();
    if (found.getFirst().isNothing()) {
      return Optional.empty();
    }
    return Optional.of(
        new Claim(
            name,
            partition,
            found.get(0).text(),
            found.get(1).number(),
            found.get(2).number(),
            Duration.ofNanos(found.get(3).number()),
            found.get(4).number() == 1));
  }

  Optional<Claim> take(
      String name, Partition partition, String owner, Duration ttl, Optional<Claim> seen) {
    Keys keys = Keys.of(partition);
    Reply answer =
        redis.run(
            Call.of(Scripts.Name.CLAIM, keys.cursor(name), keys.meta())
                .with(
                    owner,
                    ttl.toNanos(),
                    seen.map(claim -> Long.toString(claim.epoch())).orElse(""),
                    seen.map(claim -> Long.toString(claim.renewals())).orElse("")));
    if (answer.isNothing()) {
      return Optional.empty();
    }
    List<Reply> taken = answer.list();
    return Optional.of(
        new Claim(
            name,
            partition,
            owner,
            taken.get(0).number(),
            taken.get(1).number(),
            ttl,
            taken.get(2).number() == 1));
  }

  Optional<Claim> renew(Claim claim) {
    Reply answer =
        redis.run(Call.of(Scripts.Name.RENEW, key(claim)).with(claim.owner(), claim.epoch()));
    return answer.isNothing()
        ? Optional.empty()
        : Optional.of(
            new Claim(
                claim.subscription(),
                claim.partition(),
                claim.owner(),
                claim.epoch(),
                answer.number(),
                claim.ttl(),
                claim.clean()));
  }

  static String key(Claim claim) {
    return Keys.of(claim.partition()).cursor(claim.subscription());
  }

  void release(Claim claim, boolean clean) {
    redis.run(
        Call.of(Scripts.Name.RELEASE, key(claim))
            .with(claim.owner(), claim.epoch(), clean ? 1 : 0));
  }

  Cursor load(Claim claim) {
    List<Reply> found = redis.call(Command.HMGET, key(claim), "owner", "epoch", "cursor").list();
    if (claim.released()
        || found.getFirst().isNothing()
        || !found.get(0).text().equals(claim.owner())
        || found.get(1).number() != claim.epoch()) {
      throw claim.stale();
    }
    return parse(claim.subscription(), claim.partition(), found.get(2).text());
  }

  void save(Claim claim, Cursor cursor) {
    Call call =
        hash(Scripts.Name.SAVE, claim.subscription(), claim.partition())
            .with(
                claim.owner(),
                claim.epoch(),
                claim.subscription(),
                Keys.group(claim.subscription()),
                Ids.of(cursor.floor().position()),
                cursor.floor().ordinal(),
                json(cursor));
    if (redis.run(call).number() == 0) {
      throw claim.stale();
    }
  }
}

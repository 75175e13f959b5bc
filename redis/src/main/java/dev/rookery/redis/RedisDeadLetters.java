package dev.rookery.redis;

import dev.rookery.DeadLetter;
import dev.rookery.DeadLetter.Reason;
import dev.rookery.DeadLetter.State;
import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Claim;
import dev.rookery.spi.DeadLetterStore;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import redis.clients.jedis.Protocol.Command;

/**
 * Dead letters, each in the slot of its partition, which its id names. A letter and the orders in
 * which it is asked for change in one script.
 */
final class RedisDeadLetters implements DeadLetterStore {
  private static final int PAGE = 500;
  private static final int SORTABLE_BYTES = 38;

  /** Greater than any byte of a text. */
  private static final byte END = (byte) 0xff;

  private final Redis redis;
  private final Partitions partitions;

  RedisDeadLetters(Redis redis, Partitions partitions) {
    this.redis = redis;
    this.partitions = partitions;
  }

  /** All at once where they are of the claim's partition, as those of the engine are. */
  @Override
  public void bury(Claim claim, List<DeadLetter> letters) {
    Map<Partition, List<Object>> byPartition = new LinkedHashMap<>();
    byPartition.put(claim.partition(), new ArrayList<>());
    for (DeadLetter letter : letters) {
      describe(letter, byPartition.computeIfAbsent(letter.partition(), p -> new ArrayList<>()));
    }
    byPartition.forEach((partition, texts) -> {
      if (redis.run(call(Scripts.Name.BURY, claim, partition).withAll(texts)).number() == 0) {
        throw claim.stale();
      }
    });
  }

  /** The cursor that holds the claim is compared where it stands in the same slot. */
  private static Call call(Scripts.Name script, Claim claim, Partition partition) {
    String letters = Keys.of(partition).letters();
    Call call =
        partition.equals(claim.partition())
            ? Call.of(script, letters, Cursors.key(claim))
            : Call.of(script, letters);
    return call.with(claim.owner(), claim.epoch());
  }

  private static void describe(DeadLetter letter, List<Object> texts) {
    texts.addAll(
        List.of(
            letter.id(),
            letter.subscription(),
            letter.key(),
            Ids.sortable(letter.position()),
            letter.reason() == Reason.PARKED ? 1 : 0,
            letter.state() == State.REDRIVING ? 1 : 0,
            micros(letter.since()),
            Json.MAPPER.writeValueAsBytes(letter)));
  }

  private static long micros(Instant time) {
    return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
  }

  @Override
  public void settle(Claim claim, Collection<String> ids) {
    Map<Partition, List<String>> byPartition = new LinkedHashMap<>();
    byPartition.put(claim.partition(), new ArrayList<>());
    byPartition.putAll(split(ids));
    byPartition.forEach((partition, mine) -> {
      if (redis.run(call(Scripts.Name.SETTLE, claim, partition).withAll(mine)).number() < 0) {
        throw claim.stale();
      }
    });
  }

  /** The ids by the partition that each names; those that name none are nobody's. */
  private static Map<Partition, List<String>> split(Collection<String> ids) {
    Map<Partition, List<String>> byPartition = new LinkedHashMap<>();
    for (String id : new LinkedHashSet<>(ids)) {
      partition(id)
          .ifPresent(
              partition -> byPartition.computeIfAbsent(partition, p -> new ArrayList<>()).add(id));
    }
    return byPartition;
  }

  private static Optional<Partition> partition(String id) {
    int at = id.lastIndexOf('@');
    int colon = id.lastIndexOf(':', at);
    try {
      return colon < 0 || at < 0
          ? Optional.empty()
          : Optional.of(Partition.parse(id.substring(colon + 1, at)));
    } catch (InvalidInput e) {
      return Optional.empty();
    }
  }

  @Override
  public List<DeadLetter> ofKey(
      String subscription, Partition partition, String key, Position after, int limit) {
    byte[] lane = (key + '\0').getBytes(StandardCharsets.UTF_8);
    return pick(
        partition,
        "lane:" + subscription,
        bound("(", key + '\0' + Ids.sortable(after), true),
        bound("(", key + '\0', true),
        limit,
        lane.length + SORTABLE_BYTES);
  }

  private static byte[] bound(String kind, String text, boolean end) {
    byte[] utf8 = (kind + text).getBytes(StandardCharsets.UTF_8);
    if (!end) {
      return utf8;
    }
    byte[] bound = java.util.Arrays.copyOf(utf8, utf8.length + 1);
    bound[utf8.length] = END;
    return bound;
  }

  private List<DeadLetter> pick(
      Partition partition, String order, byte[] least, byte[] greatest, int limit, int before) {
    List<Reply> picked =
        redis
            .run(
                Call.of(Scripts.Name.PICK, Keys.of(partition).letters())
                    .with(order, least, greatest, limit, before))
            .list();
    List<DeadLetter> letters = new ArrayList<>(picked.size() / 2);
    for (int i = 0; i + 1 < picked.size(); i += 2) {
      letters.add(letter(picked.get(i), picked.get(i + 1)));
    }
    return letters;
  }

  private static DeadLetter letter(Reply redriving, Reply json) {
    return Json.MAPPER
        .readValue(json.bytes(), DeadLetter.class)
        .in(redriving.number() == 1 ? State.REDRIVING : State.WAITING);
  }

  @Override
  public NavigableMap<Position, String> givenUp(
      String subscription, Partition partition, Position after) {
    NavigableMap<Position, String> keys = new TreeMap<>();
    List<Reply> found =
        redis
            .call(
                Command.ZRANGEBYLEX,
                Keys.of(partition).given(subscription),
                bound("(", Ids.sortable(after), true),
                "+")
            .list();
    for (Reply each : found) {
      String text = each.text();
      keys.put(Ids.fromSortable(text), text.substring(SORTABLE_BYTES));
    }
    return keys;
  }

  @Override
  public List<DeadLetter> redriving(String subscription, Partition partition, int limit) {
    return pick(
        partition,
        "redriving:" + subscription,
        bound("-", "", false),
        bound("+", "", false),
        limit,
        SORTABLE_BYTES);
  }

  @Override
  public Optional<DeadLetter> find(String id) {
    return partition(id)
        .map(partition ->
            pick(partition, "letters", bound("[", id, false), bound("[", id, false), 1, 0))
        .flatMap(found -> found.stream().findFirst());
  }

  @Override
  public List<DeadLetter> list(DeadLetterFilter filter) {
    return filter.ids().isEmpty() ? paged(filter) : named(filter);
  }

  /** The first of each partition, merged by their ids. */
  private List<DeadLetter> paged(DeadLetterFilter filter) {
    List<DeadLetter> found = new ArrayList<>();
    for (Partition partition : partitions.known()) {
      found.addAll(first(partition, filter));
    }
    return found.stream()
        .sorted(Comparator.comparing(DeadLetter::id))
        .limit(filter.limit())
        .toList();
  }

  private List<DeadLetter> first(Partition partition, DeadLetterFilter filter) {
    List<DeadLetter> found = new ArrayList<>();
    byte[] least = filter.after().map(id -> bound("(", id, false)).orElse(bound("-", "", false));
    while (true) {
      List<DeadLetter> page = pick(partition, "letters", least, bound("+", "", false), PAGE, 0);
      for (DeadLetter letter : page) {
        if (filter.includes(letter)) {
          found.add(letter);
        }
        if (found.size() == filter.limit()) {
          return found;
        }
      }
      if (page.size() < PAGE) {
        return found;
      }
      least = bound("(", page.getLast().id(), false);
    }
  }

  @Override
  public int redrive(Collection<String> ids) {
    long marked = 0;
    for (var each : split(ids).entrySet()) {
      String letters = Keys.of(each.getKey()).letters();
      marked += redis.run(Call.of(Scripts.Name.REDRIVE, letters).withAll(each.getValue())).number();
    }
    return (int) marked;
  }

  @Override
  public int discard(Collection<String> ids) {
    long dropped = 0;
    for (var each : split(ids).entrySet()) {
      String letters = Keys.of(each.getKey()).letters();
      dropped +=
          redis
              .run(Call.of(Scripts.Name.SETTLE, letters).with("", 0).withAll(each.getValue()))
              .number();
    }
    return (int) dropped;
  }

  @Override
  public Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    for (Partition partition : partitions.known()) {
      numbers(Keys.of(partition).letterCounts())
          .forEach((subscription, count) -> counts.merge(subscription, count, Long::sum));
    }
    return counts;
  }

  private Map<String, Long> numbers(String hash) {
    Map<String, Long> numbers = new TreeMap<>();
    redis
        .call(Command.HGETALL, hash)
        .fields()
        .forEach((name, count) -> numbers.put(name, count.number()));
    return numbers;
  }

  @Override
  public Map<String, Long> parked(String subscription, Partition partition) {
    return numbers(Keys.of(partition).parked(subscription));
  }

  /** In slices, so that nobody waits for long. */
  @Override
  public int prune(Instant before) {
    long pruned = 0;
    for (Partition partition : partitions.known()) {
      Call call =
          Call.of(Scripts.Name.PRUNE, Keys.of(partition).letters()).with(micros(before), PAGE);
      for (long slice = PAGE; slice == PAGE; pruned += slice) {
        slice = redis.run(call).number();
      }
    }
    return (int) pruned;
  }
}

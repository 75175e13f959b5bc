package dev.rookery.engine;

import dev.rookery.Announced;
import dev.rookery.BackendUnavailable;
import dev.rookery.BusConfig;
import dev.rookery.Causation;
import dev.rookery.Draft;
import dev.rookery.Durability;
import dev.rookery.Event;
import dev.rookery.EventTypeInfo;
import dev.rookery.IdConflict;
import dev.rookery.LogFull;
import dev.rookery.Operations.Located;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.PublishRejected;
import dev.rookery.PublishUnknown;
import dev.rookery.Published;
import dev.rookery.Receipt;
import dev.rookery.RookeryException;
import dev.rookery.StreamConfig;
import dev.rookery.Undecodable;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Outbox;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The publisher's side of the straight path: stamp, check, append. */
final class Publisher {
  private static final int REMEMBERED_TYPES = 10_000;
  private static final long LOOK_NANOS = 10_000_000;
  private static final MessageDigest SHA = sha();

  private final EngineParts parts;
  private final BusConfig config;
  private final DraftCheck check;
  private final Map<String, String> streams = new ConcurrentHashMap<>();

  /**
   * A draft that became an event, and where it goes.
   *
   * @param derived whether its id was derived from the event that is being handled
   */
  record Stamped(Partition partition, Append append, boolean derived) {}

  /** One event on its way, with its place in the batch. */
  private record Prepared(int index, Stamped stamped) {
    Append append() {
      return stamped.append;
    }
  }

  Publisher(EngineParts parts) {
    this.parts = parts;
    this.config = parts.config();
    this.check = new DraftCheck(config);
  }

  private static MessageDigest sha() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  List<Published> publish(List<Draft> drafts) {
    Published[] answers = new Published[drafts.size()];
    Map<Partition, List<Prepared>> byPartition = new LinkedHashMap<>();
    for (int i = 0; i < drafts.size(); i++) {
      try {
        Prepared prepared = new Prepared(i, stamp(drafts.get(i)));
        Optional<Published> before = storedLongAgo(prepared.stamped);
        if (before.isPresent()) {
          answers[i] = before.get();
          continue;
        }
        byPartition
            .computeIfAbsent(prepared.stamped.partition, p -> new ArrayList<>())
            .add(prepared);
      } catch (PublishRejected e) {
        parts.counters().rejected();
        answers[i] = new Published.Rejected(e);
      }
    }
    byPartition.forEach((partition, batch) -> append(partition, batch, answers));
    return Arrays.asList(answers);
  }

  private boolean mayBeForgotten(Causation scope) {
    return scope.mayBeForgotten(parts.environment().now(), parts.config().idWindow());
  }

  /**
   * What was published under a derived id when its cause was handled before. The window of ids
   * forgets, the log does not: where the window may be over, it is asked.
   */
  private Optional<Published> storedLongAgo(Stamped stamped) {
    if (!stamped.derived || Causation.current().filter(this::mayBeForgotten).isEmpty()) {
      return Optional.empty();
    }
    Event event = stamped.append.event();
    return find(event.id()).stream()
        .filter(located -> located.event().source().equals(event.source()))
        .findFirst()
        .map(located ->
            duplicate(
                event.id(),
                located.partition(),
                located.position(),
                parts.backend().capabilities().durability()));
  }

  private List<Located> find(String id) {
    try {
      return parts.call(() -> parts.log().find(id));
    } catch (BackendUnavailable e) {
      throw new PublishRejected(
          "not stored: whether it was published before cannot be seen: " + e.getMessage(), e);
    }
  }

  private Published duplicate(
      String id, Partition partition, Position position, Durability durability) {
    parts.counters().duplicate();
    return new Published.Stored(
        new Receipt(id, partition.stream(), partition.number(), position, durability, true));
  }

  private Partition partition(Event event) {
    String stream = streams.get(event.type());
    if (stream == null) {
      stream = config.streamOf(event.type());
      if (streams.size() >= REMEMBERED_TYPES) {
        streams.clear();
      }
      streams.put(event.type(), stream);
    }
    return parts.partition(stream, event.key());
  }

  /** Makes the draft an event in the outbox, as a part of the connection's transaction. */
  Announced announce(Outbox outbox, Connection connection, Draft draft) {
    try {
      Stamped stamped = stamp(draft);
      if (storedLongAgo(stamped).isEmpty()) {
        outbox.add(connection, stamped.append, stamped.derived);
      }
      return new Announced(stamped.append.event().id());
    } catch (PublishRejected e) {
      parts.counters().rejected();
      throw e;
    }
  }

  /**
   * Makes the draft an event.
   *
   * @throws PublishRejected when it may not become one
   */
  Stamped stamp(Draft said) {
    Optional<Causation> scope = Causation.current();
    Draft draft = scope.map(causation -> causation.stamp(said)).orElse(said);
    byte[] data = draft.data().toArray();
    check.check(draft, data);
    String id = draft.id().orElseGet(parts.environment()::newId);
    String source = draft.source().orElse(config.source());
    EventTypeInfo info = config.catalogue().find(draft.type()).orElse(null);
    Event event =
        new Event(
            id,
            draft.type(),
            source,
            key(draft, info, source),
            draft.time().orElseGet(parts.environment()::now),
            draft.correlation().orElse(id),
            draft.causation(),
            draft.version().orElse(info == null ? 1 : info.version()),
            draft.data(),
            draft.attributes());
    return new Stamped(
        partition(event),
        new Append(event, digest(said, event.version(), data)),
        scope.isPresent() && said.id().isEmpty());
  }

  private String key(Draft draft, @Nullable EventTypeInfo info, String source) {
    if (draft.key().isPresent()) {
      return draft.key().get();
    }
    if (info == null || info.keyPointer().isEmpty()) {
      return source;
    }
    try {
      JsonNode value = draft.data().tree().at(info.keyPointer().get());
      String key = value.isValueNode() && !value.isNull() ? value.asString() : source;
      return key.isEmpty()
              || key.getBytes(StandardCharsets.UTF_8).length > config.limits().keyBytes()
          ? source
          : key;
    } catch (Undecodable e) {
      return source;
    }
  }

  /**
   * SHA-256 over what the publisher said: type, key, version, correlation, causation and data, not
   * what the bus stamps.
   */
  private static ByteBuffer digest(Draft said, int version, byte[] data) {
    MessageDigest sha = newSha();
    String head =
        said.type()
            + '\n'
            + said.key().orElse("")
            + '\n'
            + version
            + '\n'
            + said.correlation().orElse("")
            + '\n'
            + said.causation().orElse("")
            + '\n';
    sha.update(head.getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(sha.digest(data)).asReadOnlyBuffer();
  }

  /** A copy of a fresh one, since looking the algorithm up takes longer than using it. */
  private static MessageDigest newSha() {
    try {
      return (MessageDigest) SHA.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the platform's SHA-256 can be copied", e);
    }
  }

  private void append(Partition partition, List<Prepared> batch, Published[] answers) {
    try {
      if (!hasRoom(partition)) {
        awaitRoom(partition);
      }
      List<Appended> appended =
          parts.log().append(partition, batch.stream().map(Prepared::append).toList());
      long stored = 0;
      for (int i = 0; i < appended.size(); i++) {
        Prepared prepared = batch.get(i);
        answers[prepared.index()] = answer(partition, prepared, appended.get(i));
        stored += appended.get(i) instanceof Appended.Stored ? 1 : 0;
      }
      parts.counters().published(stored);
    } catch (PublishUnknown e) {
      parts.counters().unknown(batch.size());
      batch.forEach(prepared -> answers[prepared.index()] = new Published.Unknown(e));
    } catch (RookeryException e) {
      PublishRejected reason =
          e instanceof PublishRejected rejected
              ? rejected
              : new PublishRejected(String.valueOf(e.getMessage()), e);
      batch.forEach(prepared -> {
        parts.counters().rejected();
        answers[prepared.index()] = new Published.Rejected(reason);
      });
    }
  }

  private Published answer(Partition partition, Prepared prepared, Appended appended) {
    String id = prepared.append().event().id();
    return switch (appended) {
      case Appended.Stored stored ->
          new Published.Stored(
              new Receipt(
                  id,
                  partition.stream(),
                  partition.number(),
                  stored.position(),
                  stored.durability(),
                  false));
      case Appended.Duplicate duplicate ->
          duplicate(id, partition, duplicate.position(), duplicate.durability());
      case Appended.Conflict conflict when prepared.stamped.derived ->
          duplicate(
              id, partition, conflict.position(), parts.backend().capabilities().durability());
      case Appended.Conflict conflict -> {
        parts.counters().rejected();
        yield new Published.Rejected(
            new IdConflict(
                "an event with id "
                    + id
                    + " and this source is stored at "
                    + partition
                    + "@"
                    + conflict.position()
                    + " with other content; give a new event a new id"));
      }
    };
  }

  /**
   * Whether a partition is below its limit of bytes: what every subscription has read makes room,
   * what one has not is kept.
   */
  boolean hasRoom(Partition partition) {
    Optional<Long> limit = parts.limitBytes(partition);
    if (limit.isEmpty() || parts.log().size(partition).bytes() < limit.get()) {
      return true;
    }
    Optional<Long> goal = Optional.of(limit.get() / 10 * 9);
    while (parts.log().trim(partition, Optional.empty(), goal) > 0) {
      if (parts.log().size(partition).bytes() < limit.get()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Holds the limit of bytes, at once.
   *
   * @throws LogFull when what is kept leaves no room
   */
  void makeRoom(Partition partition) {
    if (!hasRoom(partition)) {
      throw full(partition);
    }
  }

  /** Waits for those who have yet to read, as long as the stream says. */
  private void awaitRoom(Partition partition) {
    Duration patience =
        parts.config().stream(partition.stream()).map(StreamConfig::waitForRoom).orElseThrow();
    long end = parts.environment().nanoTime() + patience.toNanos();
    while (!hasRoom(partition)) {
      if (parts.environment().nanoTime() - end >= 0 || Thread.currentThread().isInterrupted()) {
        throw full(partition);
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private LogFull full(Partition partition) {
    return new LogFull(
        partition
            + " holds its limit of "
            + parts.limitBytes(partition).orElse(0L)
            + " bytes, and a subscription has yet to read the oldest of them; 'rookery subscriptions'"
            + " shows which: run it, remove it, or raise the limit");
  }
}

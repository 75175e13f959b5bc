package dev.rookery.embedded;

import dev.rookery.BackendUnavailable;
import dev.rookery.DamagedLog;
import dev.rookery.EpochChanged;
import dev.rookery.Operations;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.PositionTrimmed;
import dev.rookery.PublishRejected;
import dev.rookery.PublishUnknown;
import dev.rookery.RookeryException;
import dev.rookery.Search;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Listeners;
import dev.rookery.spi.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The events: appended by the writer, read by anybody. */
final class SqliteLog implements EventLog {
  private static final int EMPTYING_ATTEMPTS = 5;

  private final Folder folder;
  private final Writer writer;
  private final Readers readers;
  private final Partitions partitions;
  private final Listeners listeners;
  private final Environment environment;
  private final Duration idWindow;
  private final Holds holds = new Holds();

  SqliteLog(
      Store store,
      Writer writer,
      Readers readers,
      Listeners listeners,
      Environment environment,
      Duration idWindow) {
    this.folder = store.folder();
    this.writer = writer;
    this.readers = readers;
    this.partitions = store.partitions();
    this.listeners = listeners;
    this.environment = environment;
    this.idWindow = idWindow;
  }

  @Override
  public List<Appended> append(Partition partition, List<Append> events) {
    List<EventRow> rows = events.stream().map(EventRow::of).toList();
    PartitionState state = partitions.of(partition, writer);
    return switch (writer.submit(new AppendRows(folder, state, rows, environment))) {
      case Result.Done<List<Insertion>>(var done) -> done.stream().map(Insertion::answer).toList();
      case Result.Refused<List<Insertion>>(var reason) -> throw reason;
      case Result.RolledBack<List<Insertion>>(var cause) ->
          throw new PublishRejected("nothing was stored in " + folder.path() + ": " + cause, cause);
      case Result.Uncertain<List<Insertion>>(var cause) ->
          throw new PublishUnknown(
              "nobody knows whether it was stored in "
                  + folder.path()
                  + ", which failed while it was; open it again and publish it once more: "
                  + cause,
              cause);
      case Result.NotBegun<List<Insertion>>(var cause) -> throw writer.failed(cause);
    };
  }

  @Override
  public List<Entry> read(Partition partition, Position after, int maxEvents, long maxBytes) {
    Optional<PartitionState> known = partitions.find(partition);
    if (known.isEmpty() && after.isAfter(Position.ZERO)) {
      throw wentBack(partition, after, 0);
    }
    if (known.isEmpty()) {
      return List.of();
    }
    PartitionState state = known.get();
    Tail tail = state.committed();
    if (after.high() < tail.trimmed()) {
      throw trimmed(state, after, tail.trimmed());
    }
    if (after.high() > tail.last()) {
      throw wentBack(partition, after, tail.last());
    }
    if (after.high() == tail.last()) {
      return List.of();
    }
    return readers.read(session -> {
      EventRows rows = new EventRows(session, state);
      List<Entry> entries = rows.read(after.high(), tail.last(), maxEvents, maxBytes);
      if (entries.isEmpty() || entries.getFirst().position().high() != after.high() + 1) {
        throw gap(state, after, rows.trimmed());
      }
      return entries;
    });
  }

  @Override
  public Examined examine(Partition partition, Position after, int maxEvents, long maxBytes) {
    Optional<PartitionState> known = partitions.find(partition);
    if (known.isEmpty()) {
      return new Examined(List.of(), List.of());
    }
    Tail tail = known.get().committed();
    long from = Math.max(after.high(), tail.trimmed());
    return readers.read(session ->
        new EventRows(session, known.get()).examine(from, tail.last(), maxEvents, maxBytes));
  }

  private EpochChanged wentBack(Partition partition, Position after, long last) {
    return new EpochChanged(
        folder.path()
            + " has no event "
            + after
            + " in "
            + partition
            + ", whose last is "
            + last
            + ": the folder went back to older data; rewind the subscription to go on with what is"
            + " there, or restore a later backup");
  }

  /** Events are missing after the position: trimmed since the look at the tail, or lost. */
  private static RookeryException gap(PartitionState state, Position after, long trimmed) {
    return after.high() < trimmed
        ? trimmed(state, after, trimmed)
        : new DamagedLog(
            "events after position "
                + after
                + " of "
                + state.partition()
                + " are missing; nothing is delivered past them: restore the folder from a backup,"
                + " or move the subscriptions past them");
  }

  private static PositionTrimmed trimmed(PartitionState state, Position after, long trimmed) {
    return new PositionTrimmed(
        state.partition()
            + " keeps events from position "
            + (trimmed + 1)
            + " on; those between "
            + after
            + " and it are trimmed");
  }

  @Override
  public Place earliest(Partition partition) {
    return place(partitions.tail(partition).trimmed());
  }

  @Override
  public Place latest(Partition partition) {
    return place(partitions.tail(partition).last());
  }

  @Override
  public Place after(Partition partition, Position position) {
    Tail tail = partitions.tail(partition);
    return place(Math.clamp(position.high(), tail.trimmed(), tail.last()));
  }

  @Override
  public Place at(Partition partition, Instant time) {
    return partitions
        .find(partition)
        .map(state ->
            place(readers.read(session -> new EventRows(session, state).before(Nanos.of(time)))))
        .orElse(Place.BEGINNING);
  }

  private static Place place(long position) {
    return new Place(Position.of(position), position);
  }

  @Override
  public List<Operations.Located> find(String id) {
    return readers.read(session -> EventRows.find(session, partitions, id));
  }

  /** By the index of conversations where one is named; a scan otherwise. */
  @Override
  public Found search(Partition partition, Search wanted, Position after, int limit) {
    Optional<PartitionState> state = partitions.find(partition);
    Optional<String> name = wanted.correlation().filter(text -> !text.isEmpty());
    if (state.isEmpty() || name.isEmpty()) {
      return EventLog.super.search(partition, wanted, after, limit);
    }
    return readers.read(session ->
        new EventRows(session, state.get()).conversation(name.get(), wanted, after, limit));
  }

  @Override
  public Runnable listen(Consumer<Partition> listener) {
    return listeners.add(listener);
  }

  @Override
  public long trim(
      Partition partition,
      Optional<Duration> age,
      Optional<Long> keepBytes,
      Optional<String> keeper) {
    return partitions
        .find(partition)
        .map(state -> writer.write(slice(state, age, keepBytes, keeper)))
        .orElse(0L);
  }

  private TrimSlice slice(
      PartitionState state,
      Optional<Duration> age,
      Optional<Long> keepBytes,
      Optional<String> keeper) {
    return new TrimSlice(state, age, keepBytes, keeper, idWindow, environment, holds);
  }

  @Override
  public void erase(Partition partition, String key, Collection<Position> positions) {
    Optional<PartitionState> state = partitions.find(partition);
    if (state.isEmpty()) {
      return;
    }
    List<Position> left = List.copyOf(positions);
    while (!left.isEmpty()) {
      int slice = Math.min(EraseRows.MOST_ROWS, left.size());
      erase(new EraseRows(state.get(), key, left.subList(0, slice)));
      left = left.subList(slice, left.size());
    }
  }

  private void erase(EraseRows rows) {
    for (int attempt = 0; attempt < EMPTYING_ATTEMPTS && !rows.isEmptied(); attempt++) {
      writer.write(rows);
    }
    if (!rows.isEmptied()) {
      throw new BackendUnavailable(
          "what was erased may still stand in the write-ahead file of "
              + folder.path()
              + ", which others read all the time or the disk has no room to empty; erase it once"
              + " more",
          new IllegalStateException("the checkpoint was busy"));
    }
  }

  /** What the folder holds now. */
  LogSnapshot snapshot() {
    return LogSnapshot.take(folder, holds, writer);
  }

  @Override
  public boolean hasGaplessPositions() {
    return true;
  }

  @Override
  public PartitionSize size(Partition partition) {
    Tail tail = partitions.tail(partition);
    return new PartitionSize(
        tail.last() - tail.trimmed(),
        tail.bytes() - tail.trimmedBytes(),
        tail.isEmpty() ? Optional.empty() : Optional.of(Position.of(tail.trimmed() + 1)),
        tail.isEmpty() ? Optional.empty() : Optional.of(Position.of(tail.last())),
        tail.isEmpty() ? Optional.empty() : Optional.of(Nanos.instant(tail.oldest())));
  }
}

package dev.rookery.embedded;

import dev.rookery.spi.Environment;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** What the writes of one transaction share; the writer's thread alone uses it. */
final class Transaction {
  private final Session session;
  private final Set<PartitionState> moved = new LinkedHashSet<>();
  private final List<Runnable> afterCommit = new ArrayList<>();
  private final List<Consumer<Boolean>> afterEmptying = new ArrayList<>();
  private final AppendBatch appends;
  private Optional<Long> room = Optional.empty();
  private Optional<Long> now = Optional.empty();

  Transaction(Session session) {
    this.session = session;
    this.appends = new AppendBatch(this, session);
  }

  Session session() {
    return session;
  }

  /** Gives a partition another tail, which others see after the commit. */
  void move(PartitionState state, Tail tail) {
    state.work(tail);
    moved.add(state);
  }

  /** Has an event inserted together with the others. */
  Insertion append(Insertion insertion) {
    appends.add(insertion);
    return insertion;
  }

  /** Inserts the events that wait; for who looks at events, and before the commit. */
  void insertAppends() throws SQLException {
    appends.insert();
  }

  /** Takes room on the disk for events; false where there is not enough. */
  boolean takeRoom(Folder folder, long bytes) throws SQLException {
    long left = room.isPresent() ? room.get() : room(folder);
    boolean enough = left >= bytes;
    room = Optional.of(enough ? left - bytes : left);
    return enough;
  }

  private long room(Folder folder) throws SQLException {
    long onDisk = folder.room();
    return onDisk > 0 ? onDisk : folder.roomWithin(session.emptiedBytes());
  }

  /** The time of the transaction in nanoseconds, the same for all of it. */
  long now(Environment environment) {
    long answer = now.orElseGet(() -> Nanos.of(environment.now()));
    now = Optional.of(answer);
    return answer;
  }

  /** Does something in memory after the commit and before anybody is told of it. */
  void afterCommit(Runnable step) {
    afterCommit.add(step);
  }

  /** Has the write-ahead file emptied after the commit; who asks is told whether it was. */
  void emptyLog(Consumer<Boolean> told) {
    afterEmptying.add(told);
  }

  /** Who waits for the write-ahead file to be emptied. */
  List<Consumer<Boolean>> afterEmptying() {
    return afterEmptying;
  }

  /** Shows what is committed; returns the partitions with new events. */
  List<PartitionState> publish() {
    List<PartitionState> grown = moved.stream().filter(PartitionState::hasNewEvents).toList();
    moved.forEach(PartitionState::publish);
    afterCommit.forEach(Runnable::run);
    return grown;
  }

  void revert() {
    moved.forEach(PartitionState::revert);
  }
}

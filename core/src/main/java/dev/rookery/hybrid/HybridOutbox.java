package dev.rookery.hybrid;

import dev.rookery.spi.Append;
import dev.rookery.spi.Outbox;
import java.sql.Connection;
import java.util.Set;
import java.util.function.Function;

/** The outbox of the log; what it moves is copied to the tail, as what is appended. */
record HybridOutbox(Outbox outbox, Copyist copyist) implements Outbox {
  @Override
  public void add(Connection connection, Append append, boolean derived) {
    outbox.add(connection, append, derived);
  }

  @Override
  public Moved move(Set<Long> passedOver, Function<Waiting, Verdict> judge) {
    Moved moved = outbox.move(passedOver, judge);
    moved
        .batches()
        .forEach(batch -> copyist.stored(batch.partition(), batch.events(), batch.answers()));
    return moved;
  }

  @Override
  public Runnable listen(Runnable listener) {
    return outbox.listen(listener);
  }
}

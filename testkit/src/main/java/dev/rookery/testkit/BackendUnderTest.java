package dev.rookery.testkit;

import dev.rookery.BusConfig;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/** What the parts of {@link BackendContract} work on. */
public interface BackendUnderTest {
  int ALL = 100_000;
  long ALL_BYTES = 1L << 40;

  /** The backend that was opened for this test, empty at first. */
  Backend backend();

  /** Opens the same store once more; closed after the test. */
  Backend openAgain();

  /** Closes everything and opens the same store anew. */
  Backend reopen();

  BusConfig config();

  ManualEnvironment environment();

  /** Lets time pass for the store; one with a clock of its own waits. */
  void letPass(Duration time);

  /** The store's wall clock. */
  Instant storeTime();

  default EventLog log() {
    return backend().log();
  }

  /** Every event kept of a partition. */
  default List<Entry> readAll(Partition partition) {
    Position begin = log().earliest(partition).position();
    return log().read(partition, begin, ALL, ALL_BYTES);
  }

  /** A claim as anybody sees it. */
  default Claim seen(String subscription, Partition partition) {
    return Objects.requireNonNull(backend().subscriptions().claims(subscription).get(partition));
  }
}

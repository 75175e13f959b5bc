package dev.rookery.testkit;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/**
 * What every bus promises, whatever its address. A test extends this and says how the bus is
 * opened:
 *
 * {@snippet :
 * class FileBusTest extends BusContract {
 *   @TempDir Path folder;
 *
 *   @Override
 *   protected EventBus open(BusConfig config) {
 *     return EventBus.open("file:" + folder, config);
 *   }
 *
 *   @Override
 *   protected boolean takesOneProcess() {
 *     return true;
 *   }
 * }
 * }
 */
@Timeout(120)
public abstract class BusContract implements PublishContract, DeliveryContract, OperatorContract {
  private final Deque<EventBus> opened = new ArrayDeque<>();
  private final LiveThreads threads = LiveThreads.now();

  /**
   * Opens a bus on the store of this test: within one test always the same, in the next another.
   */
  protected abstract EventBus open(BusConfig config) throws Exception;

  /**
   * Whether a second process on the store is refused, so that subscribers of one bus stand for
   * processes.
   */
  protected boolean takesOneProcess() {
    return false;
  }

  /** Takes away what {@link #open} needed, after the buses were closed. */
  protected void discard() throws Exception {}

  @Override
  public final EventBus bus(BusConfig config) throws Exception {
    if (takesOneProcess() && !opened.isEmpty()) {
      return opened.peek();
    }
    EventBus bus = open(config.source("tester"));
    opened.push(bus);
    return bus;
  }

  @AfterEach
  void closeLeavingNothingBehind() throws Exception {
    opened.forEach(EventBus::close);
    discard();
    threads.awaitNoOthers();
  }
}

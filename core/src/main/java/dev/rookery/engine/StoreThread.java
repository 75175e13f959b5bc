package dev.rookery.engine;

import dev.rookery.BackendUnavailable;
import dev.rookery.spi.Environment;
import dev.rookery.spi.SerialWork;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Runs one worker's calls of the store in their order, again while the store does not answer or
 * there is no memory for it, on a thread while there are any.
 */
final class StoreThread {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final ConcurrentLinkedQueue<Runnable> calls = new ConcurrentLinkedQueue<>();
  private final SerialWork work;
  private final BooleanSupplier closed;
  private final Consumer<RuntimeException> failed;

  StoreThread(Environment environment, BooleanSupplier closed, Consumer<RuntimeException> failed) {
    this.work = new SerialWork(environment, "rookery-store", this::run);
    this.closed = closed;
    this.failed = failed;
  }

  void add(Runnable call) {
    calls.add(call);
    work.ask();
  }

  private void run() {
    for (Runnable call = calls.poll(); call != null; call = calls.poll()) {
      perform(call);
    }
  }

  private void perform(Runnable call) {
    Duration pause = Duration.ofMillis(10);
    while (!closed.getAsBoolean()) {
      try {
        call.run();
        return;
      } catch (BackendUnavailable | OutOfMemoryError e) {
        LockSupport.parkNanos(pause.toNanos());
        pause =
            pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
                ? LONGEST_PAUSE
                : pause.multipliedBy(2);
      } catch (RuntimeException e) {
        failed.accept(e);
        return;
      } catch (Error e) {
        failed.accept(new IllegalStateException(e));
        return;
      }
    }
  }
}

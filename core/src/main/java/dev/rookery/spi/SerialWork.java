package dev.rookery.spi;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Work that is done whenever somebody asks for it, and never twice at once: on a virtual thread
 * that begins with the first wish and ends when none is left. In between there is no thread that
 * sleeps, which would cost more to wake than a new one to start.
 */
public final class SerialWork {
  private final Executor threads;
  private final Runnable work;
  private final AtomicInteger wishes = new AtomicInteger();

  /**
   * Work that nobody has asked for yet.
   *
   * @param name of its threads
   * @param work does all there is to do; it need not be done again for a wish that came before it
   *     began
   */
  public SerialWork(String name, Runnable work) {
    this(task -> Thread.ofVirtual().name(name).start(task), work);
  }

  /** The same, with threads that the environment knows of. */
  public SerialWork(Environment environment, String name, Runnable work) {
    this(task -> environment.start(name, task), work);
  }

  private SerialWork(Executor threads, Runnable work) {
    this.threads = threads;
    this.work = work;
  }

  /** Has the work done soon, once more if it is being done just now. */
  public void ask() {
    if (wishes.getAndIncrement() == 0) {
      threads.execute(this::run);
    }
  }

  private void run() {
    int seen = 0;
    try {
      do {
        seen = wishes.get();
        work.run();
      } while (!wishes.compareAndSet(seen, 0));
    } catch (Throwable e) {
      if (!wishes.compareAndSet(seen, 0)) {
        threads.execute(this::run); // for those who asked meanwhile
      }
      throw e;
    }
  }
}

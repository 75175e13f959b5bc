package dev.rookery.engine;

import dev.rookery.BusClosed;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Brings calls that would pin a virtual thread's carrier to platform threads. */
final class BlockingCalls {
  private static final int THREADS = 4;
  private final @Nullable ExecutorService pool;

  BlockingCalls(boolean pinsThreads) {
    this.pool = pinsThreads ? pool() : null;
  }

  private static ExecutorService pool() {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("rookery-call-", 0).factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  <T> T call(Supplier<T> supplier) {
    ExecutorService executor = pool;
    if (executor == null || !Thread.currentThread().isVirtual()) {
      return supplier.get();
    }
    Future<T> future = executor.submit(supplier::get);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new IllegalStateException(e.getCause());
      }
    } catch (CancellationException e) {
      throw new BusClosed("the bus is closed", e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  void close() {
    if (pool != null) {
      pool.shutdown();
    }
  }
}

package dev.rookery.cli.terminal;

import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The wish to stop, by Ctrl-C or a signal. The command ends in its own order: the virtual machine
 * waits for it, up to a limit, before it goes.
 */
public final class Interruption {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final CountDownLatch requested = new CountDownLatch(1);
  private final CountDownLatch finished = new CountDownLatch(1);
  private final AtomicBoolean watched = new AtomicBoolean();

  /** From now on a signal asks the command to stop instead of ending it. */
  public Interruption watch() {
    if (watched.compareAndSet(false, true)) {
      Runtime.getRuntime().addShutdownHook(new Thread(this::stopInOrder, "interruption"));
    }
    return this;
  }

  /** SIGTERM asks to stop and leaves the exit code to the command. */
  public void watchTermination() {
    InvocationHandler stop =
        (proxy, method, arguments) -> {
          requested.countDown();
          return null;
        };
    try {
      // Named by text: the compiler warns about these types, and nothing else tells signals apart.
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, stop);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("TERM"), proxy);
    } catch (ReflectiveOperationException e) {
      System.getLogger(Interruption.class.getName())
          .log(System.Logger.Level.DEBUG, "SIGTERM ends the process as the JVM does", e);
    }
  }

  private void stopInOrder() {
    requested.countDown();
    try {
      if (!finished.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        System.err.println("rookery: gave up waiting for the command to end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asks the command to stop. */
  public void request() {
    requested.countDown();
  }

  public boolean isRequested() {
    return requested.getCount() == 0;
  }

  /** Ends what is under way, by an exception, where somebody asked for that. */
  public void requireNone() {
    if (isRequested()) {
      throw new UncheckedIOException(new InterruptedIOException("cancelled"));
    }
  }

  /** Waits for the wish; says whether it came before the time ran out. */
  public boolean await(Duration limit) throws InterruptedException {
    return requested.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** The command is at its end. */
  public void finish() {
    finished.countDown();
  }
}

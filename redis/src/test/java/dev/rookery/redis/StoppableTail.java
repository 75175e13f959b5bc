package dev.rookery.redis;

import dev.rookery.BackendUnavailable;
import dev.rookery.spi.Tail;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;

/** A tail between whose steps its process can be made to stand still, for a while or for good. */
final class StoppableTail {
  private final Tail tail;
  private final Tail passing;
  private volatile String step = "";
  private volatile CountDownLatch stopped = new CountDownLatch(0);
  private volatile CountDownLatch released = new CountDownLatch(0);
  private volatile boolean killed;

  StoppableTail(Tail tail) {
    this.tail = tail;
    this.passing =
        (Tail)
            Proxy.newProxyInstance(
                Tail.class.getClassLoader(),
                new Class<?>[] {Tail.class},
                (proxy, method, arguments) -> {
                  reach("before " + method.getName());
                  try {
                    return method.invoke(this.tail, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  } finally {
                    reach("after " + method.getName());
                  }
                });
  }

  Tail passing() {
    return passing;
  }

  /** Stops whoever reaches the step next. */
  void stopAt(String name) {
    stopped = new CountDownLatch(1);
    released = new CountDownLatch(1);
    step = name;
  }

  void awaitStop() throws InterruptedException {
    stopped.await();
  }

  void goOn() {
    step = "";
    released.countDown();
  }

  /** What stands still does nothing more. */
  void kill() {
    killed = true;
    goOn();
  }

  /** A step of others than the tail, too. */
  void reach(String name) throws InterruptedException {
    if (name.equals(step)) {
      stopped.countDown();
      released.await();
    }
    if (killed && !name.endsWith(" close")) {
      throw new BackendUnavailable("the process was killed");
    }
  }
}

package dev.rookery.spi;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SerialWorkTest {
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);
  private final SerialWork work = new SerialWork("work", this::failAtFirst);

  private void failAtFirst() {
    if (begun.getCount() == 0) {
      done.countDown();
      return;
    }
    Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> {});
    begun.countDown();
    try {
      assertThat(asked.await(1, MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    throw new IllegalStateException("failed");
  }

  @Test
  void whoAsksWhileTheWorkFailsIsNotForgotten() throws Exception {
    work.ask();
    assertThat(begun.await(1, MINUTES)).isTrue();
    work.ask();
    asked.countDown();

    assertThat(done.await(1, MINUTES)).isTrue();
  }
}

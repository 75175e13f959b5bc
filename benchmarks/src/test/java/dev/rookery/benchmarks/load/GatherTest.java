package dev.rookery.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GatherTest {
  @Test
  void whatComesWhileAGroupIsStoredGoesTogether() throws Exception {
    List<List<Integer>> groups = new CopyOnWriteArrayList<>();
    CountDownLatch storing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (Gather<Integer> gather =
        new Gather<>(
            "gather",
            group -> {
              storing.countDown();
              goOn.await();
              groups.add(group);
            })) {
      List<Thread> callers = new ArrayList<>();
      callers.add(Thread.ofVirtual().start(() -> store(gather, 0)));
      storing.await();
      IntStream.range(1, 20)
          .forEach(i -> callers.add(Thread.ofVirtual().start(() -> store(gather, i))));
      while (gather.waiting() < 19) {
        Thread.onSpinWait();
      }
      goOn.countDown();
      for (Thread caller : callers) {
        caller.join();
      }
    }

    assertThat(groups).hasSize(2);
    assertThat(groups.getLast()).hasSize(19);
  }

  @Test
  void aGroupThatCannotBeStoredFailsForItsCallers() {
    try (Gather<Integer> gather =
        new Gather<>(
            "gather",
            group -> {
              throw new java.io.IOException("no room");
            })) {
      assertThatThrownBy(() -> gather.store(List.of(1))).hasMessage("no room");
    }
  }

  private static void store(Gather<Integer> gather, int item) {
    try {
      gather.store(List.of(item));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}

package dev.rookery.benchmarks.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SettlingTest {
  @Test
  void whatWasHandledIsSettledOnceInOrderBeforeItEnds() {
    List<Integer> settled = new CopyOnWriteArrayList<>();
    Settling<Integer> settling = new Settling<>("settling", settled::addAll);
    List<Integer> handled = new ArrayList<>(IntStream.range(0, 5_000).boxed().toList());

    handled.forEach(settling::handled);
    settling.stop();

    assertThat(settled).isEqualTo(handled);
  }
}

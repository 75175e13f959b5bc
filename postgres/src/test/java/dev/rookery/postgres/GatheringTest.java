package dev.rookery.postgres;

import static dev.rookery.testkit.Soon.soon;
import static dev.rookery.testkit.Soon.staysFor;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Groups of three, which are under way until a gate opens. */
@Timeout(300)
class GatheringTest {
  private static final int REFUSED = 13;
  private static final int FATAL = 14;

  private final List<List<Integer>> groups = new CopyOnWriteArrayList<>();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final Gathering<Integer, Integer> gathering =
      new Gathering<>("gathering", 3, call -> 1, this::tenfold);

  @AfterEach
  void open() {
    gate.countDown();
  }

  private List<Integer> tenfold(List<Integer> group) {
    groups.add(group);
    try {
      assertThat(gate.await(4, MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (group.contains(REFUSED)) {
      throw new IllegalArgumentException("refused");
    }
    if (group.contains(FATAL)) {
      throw new AssertionError("fatal");
    }
    return group.stream().map(call -> call * 10).toList();
  }

  /** Calls, and comes back when the call waits for its answer. */
  private FutureTask<Integer> call(int number) {
    FutureTask<Integer> answer = new FutureTask<>(() -> gathering.call(number));
    Thread caller = Thread.startVirtualThread(answer);
    soon().until(() -> caller.getState() == Thread.State.WAITING);
    return answer;
  }

  private FutureTask<Integer> callAlone(int number) {
    FutureTask<Integer> answer = call(number);
    soon().until(() -> groups.contains(List.of(number)));
    return answer;
  }

  private static List<Integer> answers(List<FutureTask<Integer>> calls) throws Exception {
    List<Integer> answers = new ArrayList<>();
    for (FutureTask<Integer> call : calls) {
      answers.add(call.get());
    }
    return answers;
  }

  @Test
  void callsThatComeWhileAGroupIsUnderWayGoTogether() throws Exception {
    FutureTask<Integer> one = callAlone(1);
    FutureTask<Integer> two = call(2);
    FutureTask<Integer> three = call(3);
    staysFor(Duration.ofMillis(100), () -> groups.size() == 1);

    gate.countDown();

    assertThat(answers(List.of(one, two, three))).containsExactly(10, 20, 30);
    assertThat(groups).containsExactly(List.of(1), List.of(2, 3));
  }

  @Test
  void aWholeGroupGoesBesideTheFirstAndAThirdWaits() throws Exception {
    FutureTask<Integer> first = callAlone(1);
    List<FutureTask<Integer>> second = List.of(call(2), call(3), call(4));
    soon().until(() -> groups.equals(List.of(List.of(1), List.of(2, 3, 4))));
    List<FutureTask<Integer>> others = List.of(call(5), call(6), call(7), call(8));
    staysFor(Duration.ofMillis(100), () -> groups.size() == 2);

    gate.countDown();

    assertThat(first.get()).isEqualTo(10);
    assertThat(answers(second)).containsExactly(20, 30, 40);
    assertThat(answers(others)).containsExactly(50, 60, 70, 80);
    assertThat(groups.subList(2, groups.size()))
        .containsExactlyInAnyOrder(List.of(5, 6, 7), List.of(8));
  }

  @Test
  void whatAGroupThrowsReachesAllOfItAndNobodyElse() throws Exception {
    FutureTask<Integer> one = callAlone(1);
    FutureTask<Integer> two = call(2);
    FutureTask<Integer> refused = call(REFUSED);

    gate.countDown();

    assertThat(one.get()).isEqualTo(10);
    for (FutureTask<Integer> each : List.of(two, refused)) {
      assertThatThrownBy(each::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(IllegalArgumentException.class);
    }
    assertThat(gathering.call(3)).isEqualTo(30);
  }

  @Test
  void afterAnErrorTheNextCallIsMade() {
    gate.countDown();

    assertThatThrownBy(() -> gathering.call(FATAL))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(AssertionError.class);
    assertThat(gathering.call(3)).isEqualTo(30);
  }
}

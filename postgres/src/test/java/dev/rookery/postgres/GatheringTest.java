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
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Groups of eight, of which a second begins where two wait, and which are under way until a gate
 * opens.
 */
@Timeout(300)
class GatheringTest {
  private static final int MOST = 8;
  private static final int REFUSED = 13;
  private static final int FATAL = 14;

  private final List<List<Integer>> groups = new CopyOnWriteArrayList<>();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final Gathering<Integer, Integer> gathering =
      new Gathering<>("gathering", MOST, call -> 1, this::tenfold);

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
  void callsThatComeWhileGroupsAreUnderWayGoTogether() throws Exception {
    List<FutureTask<Integer>> calls = new ArrayList<>(List.of(callAlone(1), call(2)));
    staysFor(Duration.ofMillis(100), () -> groups.size() == 1);
    calls.add(call(3));
    soon().until(() -> groups.equals(List.of(List.of(1), List.of(2, 3))));
    calls.addAll(List.of(call(4), call(5), call(6)));
    staysFor(Duration.ofMillis(100), () -> groups.size() == 2);

    gate.countDown();

    assertThat(answers(calls)).containsExactly(10, 20, 30, 40, 50, 60);
    assertThat(groups).containsExactly(List.of(1), List.of(2, 3), List.of(4, 5, 6));
  }

  @Test
  void aGroupIsNoLargerThanItMayBe() throws Exception {
    List<FutureTask<Integer>> calls = new ArrayList<>(List.of(callAlone(1), call(2), call(3)));
    soon().until(() -> groups.size() == 2);
    IntStream.range(20, 20 + MOST + 1).forEach(number -> calls.add(call(number)));

    gate.countDown();

    assertThat(answers(calls)).hasSize(MOST + 4).doesNotContainNull();
    assertThat(groups).extracting(List::size).containsExactlyInAnyOrder(1, 2, MOST, 1);
  }

  @Test
  void whatAGroupThrowsReachesAllOfItAndNobodyElse() throws Exception {
    FutureTask<Integer> one = callAlone(1);
    FutureTask<Integer> two = call(2);
    FutureTask<Integer> refused = call(REFUSED);
    soon().until(() -> groups.size() == 2);

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

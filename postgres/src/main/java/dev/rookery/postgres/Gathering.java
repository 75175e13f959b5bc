package dev.rookery.postgres;

import dev.rookery.spi.SerialWork;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Calls of many threads that are made together: what comes while one group is under way waits for
 * the next. Where much waits, a second one goes beside the first, so that the server has something
 * to do while an answer is read and the next question is written.
 *
 * @param <C> what a caller asks
 * @param <A> what it is answered
 */
final class Gathering<C, A> {
  private static final int SECOND_OF_MOST = 4;

  private final int most;
  private final ToIntFunction<C> size;
  private final Function<List<C>, List<A>> work;
  private final SerialWork first;
  private final SerialWork second;
  private final Queue<Waiting<C, A>> waiting = new ArrayDeque<>();
  private int waitingSize;

  private record Waiting<C, A>(C call, int size, CompletableFuture<A> answer) {}

  /**
   * Nothing waits yet.
   *
   * @param name of the threads that do the work
   * @param most how large a group may be, if it is more than one call
   * @param size of a call
   * @param work does a group; its answers are in the order of the calls. What it throws is thrown
   *     to all of the group
   */
  Gathering(String name, int most, ToIntFunction<C> size, Function<List<C>, List<A>> work) {
    this.most = most;
    this.size = size;
    this.work = work;
    this.first = new SerialWork(name, () -> drain(1));
    this.second = new SerialWork(name, () -> drain(most / SECOND_OF_MOST));
  }

  /**
   * Makes a call, with those of others.
   *
   * @throws CompletionException for an error of the virtual machine, as its cause
   */
  A call(C call) {
    CompletableFuture<A> answer = new CompletableFuture<>();
    boolean much = add(new Waiting<>(call, size.applyAsInt(call), answer));
    first.ask();
    if (much) {
      second.ask();
    }
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private synchronized boolean add(Waiting<C, A> mine) {
    waiting.add(mine);
    waitingSize += mine.size;
    return waitingSize >= most / SECOND_OF_MOST;
  }

  private void drain(int least) {
    for (List<Waiting<C, A>> group = take(least); !group.isEmpty(); group = take(least)) {
      try {
        List<A> answers = work.apply(group.stream().map(Waiting::call).toList());
        for (int i = 0; i < answers.size(); i++) {
          group.get(i).answer.complete(answers.get(i));
        }
      } catch (Throwable e) {
        group.forEach(each -> each.answer.completeExceptionally(e));
      }
    }
  }

  /** The next group, if so much waits. */
  private synchronized List<Waiting<C, A>> take(int least) {
    List<Waiting<C, A>> group = new ArrayList<>();
    if (waitingSize < least) {
      return group;
    }
    int taken = 0;
    for (Waiting<C, A> next = waiting.peek(); next != null; next = waiting.peek()) {
      if (taken > 0 && taken + next.size > most) {
        break;
      }
      taken += next.size;
      group.add(waiting.remove());
    }
    waitingSize -= taken;
    return group;
  }
}

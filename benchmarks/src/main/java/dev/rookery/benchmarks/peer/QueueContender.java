package dev.rookery.benchmarks.peer;

import dev.rookery.benchmarks.load.Contender;
import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Load;
import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Running;
import dev.rookery.benchmarks.load.Sample;
import dev.rookery.benchmarks.load.Tally;
import dev.rookery.benchmarks.load.Threads;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * A queue and a virtual thread for each subscription: no order across publishers, no retry, no
 * settlement.
 */
public final class QueueContender implements Contender {
  private static final int CAPACITY = 1_024;

  private record Subscription(BlockingQueue<Sample> queue, Thread thread) {
    static Subscription to(Tally tally) {
      BlockingQueue<Sample> queue = new ArrayBlockingQueue<>(CAPACITY);
      Thread thread = Thread.ofVirtual().start(() -> hand(queue, tally));
      return new Subscription(queue, thread);
    }

    private static void hand(BlockingQueue<Sample> queue, Tally tally) {
      try {
        while (true) {
          tally.take(ByteBuffer.wrap(queue.take().data()));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public String name() {
    return "queue";
  }

  @Override
  public boolean runs(Course course) {
    return course.load() != Load.SINGLES;
  }

  @Override
  public Running start(Course course, List<Tally> tallies) {
    return new RunningQueues(tallies.stream().map(Subscription::to).toList());
  }

  private record RunningQueues(List<Subscription> subscriptions) implements Running {
    @Override
    public Publishing publishing() {
      return events -> {
        for (Sample event : events) {
          for (Subscription subscription : subscriptions) {
            subscription.queue.put(event);
          }
        }
      };
    }

    @Override
    public long settle() {
      for (Subscription subscription : subscriptions) {
        subscription.thread.interrupt();
        Threads.join(subscription.thread);
      }
      return subscriptions.stream().mapToLong(subscription -> subscription.queue.size()).sum();
    }

    @Override
    public void close() {
      settle();
    }
  }
}

package dev.rookery.benchmarks.peer;

import dev.rookery.benchmarks.load.Contender;
import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Load;
import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Running;
import dev.rookery.benchmarks.load.Sample;
import dev.rookery.benchmarks.load.Tally;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SubmissionPublisher;

/** The JDK's publisher of flows, on virtual threads: no retry, no settlement. */
public final class FlowContender implements Contender {
  private static final int CAPACITY = 1_024;

  @Override
  public String name() {
    return "flow";
  }

  @Override
  public boolean runs(Course course) {
    return course.load() != Load.SINGLES;
  }

  @Override
  public Running start(Course course, List<Tally> tallies) {
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    SubmissionPublisher<Sample> publisher = new SubmissionPublisher<>(threads, CAPACITY);
    List<CompletableFuture<Void>> ends =
        tallies.stream()
            .map(tally -> publisher.consume(event -> tally.take(ByteBuffer.wrap(event.data()))))
            .toList();
    return new RunningFlow(threads, publisher, ends);
  }

  private record RunningFlow(
      ExecutorService threads,
      SubmissionPublisher<Sample> publisher,
      List<CompletableFuture<Void>> ends)
      implements Running {
    @Override
    public Publishing publishing() {
      return events -> events.forEach(publisher::submit);
    }

    @Override
    public long settle() {
      publisher.close();
      ends.forEach(CompletableFuture::join);
      return 0;
    }

    @Override
    public void close() {
      publisher.close();
      threads.close();
    }
  }
}

package dev.rookery.benchmarks.micro;

import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Published;
import dev.rookery.Receipt;
import dev.rookery.StreamConfig;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The publisher's side of the straight path, with nobody subscribed: stamp, check, append. The
 * stream is bounded, so trimming takes part.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx1g")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PublishToMemory {
  private static final int BATCH = 500;
  private static final long BYTES = 64L << 20;

  private final Draft draft =
      Draft.of("bot.bench.measured", "{\"text\":\"" + "x".repeat(189) + "\"}").key("channel-1");
  private final List<Draft> batch =
      IntStream.range(0, BATCH).mapToObj(i -> draft.key("channel-" + i)).toList();
  private final EventBus bus = open();

  private static EventBus open() {
    StreamConfig bounded =
        new StreamConfig("bot", 1, Optional.of(StreamConfig.SEVEN_DAYS), Optional.of(BYTES));
    return EventBus.open("memory:micro", BusConfig.standard().with(bounded));
  }

  @TearDown
  public void end() {
    bus.close();
  }

  @Benchmark
  public Receipt one() {
    return bus.publish(draft);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public List<Published> batch() {
    return bus.publishAll(batch);
  }
}

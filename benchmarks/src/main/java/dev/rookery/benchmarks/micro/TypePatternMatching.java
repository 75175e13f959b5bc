package dev.rookery.benchmarks.micro;

import dev.rookery.TypePattern;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Whether an event's type matches a subscription's pattern. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TypePatternMatching {
  @Param({"user.message.received", "user.*.received", "user.**", "**"})
  String pattern = "";

  private final String[] types = {
    "user.message.received", "user.message.sent", "bot.lifecycle.started", "system.config.updated"
  };
  private TypePattern parsed = TypePattern.of("**");
  private int next;

  @Setup
  public void parse() {
    parsed = TypePattern.of(pattern);
  }

  @Benchmark
  public boolean matches() {
    return parsed.matches(types[next++ & 3]);
  }
}

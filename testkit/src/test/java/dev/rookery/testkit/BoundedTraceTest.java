package dev.rookery.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.Trace;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.Search;
import dev.rookery.Start;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.spi.Engine;
import dev.rookery.spi.EventLog;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What looks through the log comes to an end, and says where. */
class BoundedTraceTest {
  private final ManualEnvironment environment = new ManualEnvironment(1);

  private EventBus bus(TwistedBackend.Twist twist) {
    BusConfig config = BusConfig.standard();
    var memory =
        new MemoryProvider().open(Address.parse("memory:bounded-trace"), config, environment);
    return Engine.standard().open(new TwistedBackend(memory, twist), config, environment);
  }

  /** A log whose every look takes a second and finds nothing. */
  private Object slow(TwistedBackend.Call call) throws Throwable {
    if (!call.of("search") || !call.arguments().getFirst().equals(new Partition("user", 0))) {
      return call.pass();
    }
    environment.advance(Duration.ofSeconds(1));
    Position after = (Position) call.arguments().get(2);
    return new EventLog.Found(List.of(), Position.of(after.high() + 1), false);
  }

  @Test
  void aTraceOfALogTooLongToScanSaysHowFarItGot() {
    try (EventBus bus = bus(this::slow)) {
      Trace trace = bus.operations().trace("talk", Start.earliest());

      assertThat(trace.cut().orElseThrow()).contains("6 s").contains("user/0=6");
    }
  }

  @Test
  void aPageOfASearchEndsInTimeAndSaysThatThereIsMore() {
    try (EventBus bus = bus(this::slow)) {
      Page page = bus.operations().search(Search.ALL, Start.earliest(), 10);

      assertThat(page.end()).isFalse();
      assertThat(page.events()).isEmpty();
      assertThat(page.next().positions()).containsEntry(new Partition("user", 0), Position.of(2));
    }
  }

  @Test
  void aConversationOfTooManyEventsIsCutAndSaysSo() {
    try (EventBus bus = bus(TwistedBackend.Twist.NONE)) {
      for (int batch = 0; batch < 21; batch++) {
        int first = batch * 500;
        bus.publishAll(
            IntStream.range(first, first + 500)
                .mapToObj(n -> Draft.of("user.said").id("e" + n).correlation("talk"))
                .toList());
      }

      Trace trace = bus.operations().trace("talk", Start.earliest());

      assertThat(trace.steps()).hasSize(10_000);
      assertThat(trace.cut().orElseThrow()).contains("only the first 10000 events");
    }
  }
}

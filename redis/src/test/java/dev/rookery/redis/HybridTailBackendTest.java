package dev.rookery.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Operations.Metric;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.hybrid.HybridBackend;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.BackendContract;
import dev.rookery.testkit.TwistedBackend;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;

/** The contract where every read waits a moment for the tail, so that it comes from there. */
class HybridTailBackendTest extends BackendContract {
  private static final TestServer SERVER = TestServer.shared();
  private static final int TRIES = 1_000;
  private static final int ENOUGH = 1_000;
  private static final Queue<Backend> ALL = new ConcurrentLinkedQueue<>();

  HybridTailBackendTest() {
    SERVER.empty();
  }

  @Override
  protected Backend open(BusConfig config, Environment environment) {
    HybridBackend hybrid =
        HybridBackend.of(
            new MemoryProvider().open(Address.parse("memory:tail"), config, environment),
            new RedisTailProvider().open(Address.parse(SERVER.address()), config, environment),
            config,
            environment);
    ALL.add(hybrid);
    return new TwistedBackend(
        hybrid,
        call -> {
          if (call.of("read")) {
            awaitTail(hybrid, (Partition) call.arguments().getFirst());
          }
          return call.pass();
        });
  }

  private static void awaitTail(Backend hybrid, Partition partition) {
    Position end = hybrid.log().latest(partition).position();
    for (int i = 0; i < TRIES && !end.equals(tailEnd(partition)); i++) {
      LockSupport.parkNanos(200_000);
    }
  }

  private static Position tailEnd(Partition partition) {
    List<Reply> last = SERVER.ask("XREVRANGE", Keys.tail(partition), "+", "-", "COUNT", 1).list();
    return last.isEmpty() ? Position.ZERO : Ids.position(last.getFirst().list().getFirst().bytes());
  }

  /** What comes from the log is no measure: some of the contract reads tens of thousands there. */
  @AfterAll
  static void theTailWasRead() {
    assertThat(sum("rookery_tail_read_total")).isGreaterThan(ENOUGH);
  }

  private static double sum(String name) {
    return ALL.stream()
        .flatMap(backend -> backend.metrics().stream())
        .filter(metric -> metric.name().equals(name))
        .mapToDouble(Metric::value)
        .sum();
  }
}

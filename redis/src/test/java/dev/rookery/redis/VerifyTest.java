package dev.rookery.redis;

import static dev.rookery.redis.Opened.BOT;
import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.Finding;
import dev.rookery.Finding.Where;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.hybrid.HybridBackend;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Engine;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Tail;
import dev.rookery.testkit.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What others did to a stream or to a tail, and that a look through them names it. */
@Tag("P7")
class VerifyTest {
  private static final TestServer SERVER = TestServer.shared();
  private static final String TAIL = "rookery:tail:bot:0";

  private final BusConfig config = BusConfig.standard();
  private final List<Finding> findings = new ArrayList<>();

  VerifyTest() {
    SERVER.empty();
  }

  private EventBus bus(Backend backend) {
    return Engine.standard().open(backend, config, Environment.system());
  }

  private Backend redis() {
    return new RedisProvider().open(Address.parse(SERVER.address()), config, Environment.system());
  }

  private void verify(EventBus bus, boolean repair) {
    findings.clear();
    bus.operations().verify(repair, findings::add, _ -> {});
  }

  @Test
  void entriesThatOthersDeletedInsideAStreamAreNamed() {
    Backend backend = redis();
    try (EventBus bus = bus(backend)) {
      List<Position> positions =
          backend.log().append(BOT, Samples.appends("e", 20)).stream()
              .map(Appended::position)
              .toList();
      verify(bus, false);
      assertThat(findings).isEmpty();

      SERVER.ask("XDEL", "stream:bot-events", Ids.of(positions.get(4)), Ids.of(positions.get(7)));

      verify(bus, true);
      assertThat(findings)
          .singleElement()
          .satisfies(finding -> {
            assertThat(finding.where())
                .isEqualTo(new Where.Log(BOT, positions.getFirst(), positions.get(7)));
            assertThat(finding.what()).contains("2 events").contains(positions.get(7).toString());
          });
    }
  }

  @Test
  void whatOthersCutOffIsNamed() {
    Backend backend = redis();
    try (EventBus bus = bus(backend)) {
      backend.log().append(BOT, Samples.appends("e", 20));
      verify(bus, false);

      SERVER.ask("XTRIM", "stream:bot-events", "MAXLEN", "15");

      verify(bus, false);
      assertThat(findings).hasSize(1);
      assertThat(findings.getFirst().what()).contains("5 events");
    }
  }

  @Test
  void entriesOfOthersThatAreNoEventsAreNoDamage() {
    Backend backend = redis();
    try (EventBus bus = bus(backend)) {
      backend.log().append(BOT, Samples.appends("e", 3));
      SERVER.ask("XADD", "stream:bot-events", "*", "hello", "world");

      verify(bus, false);
      assertThat(findings).extracting(Finding::grade).containsExactly(Finding.Grade.NOTE);
      assertThat(findings.getFirst().what()).contains("1 entries are no events");
    }
  }

  @Test
  void aTailThatSaysSomethingElseIsNamedAndGrowsAgain() {
    Backend truth =
        new MemoryProvider()
            .open(Address.parse("memory:" + UUID.randomUUID()), config, Environment.system());
    Tail tail =
        new RedisTailProvider().open(Address.parse(SERVER.address()), config, Environment.system());
    HybridBackend hybrid = HybridBackend.of(truth, tail, config, Environment.system());
    try (EventBus bus = bus(hybrid)) {
      hybrid.log().append(BOT, Samples.appends("e", 10));
      soon().until(() -> SERVER.ask("XLEN", TAIL).number() == 10);
      verify(bus, true);
      assertThat(findings).isEmpty();

      forge(tail);
      verify(bus, false);
      assertThat(findings).extracting(Finding::where).containsExactly(new Where.Tail(BOT));
      assertThat(findings.getFirst().what()).contains("at 4");
      verify(bus, true);
      assertThat(findings)
          .extracting(Finding::remedy)
          .hasOnlyElementsOfType(Finding.Remedy.Repaired.class);
      verify(bus, false);
      assertThat(findings).isEmpty();

      hybrid.log().append(BOT, List.of(Samples.append("later")));
      soon().until(() -> SERVER.ask("XLEN", TAIL).number() > 0);
      assertThat(hybrid.log().read(BOT, Position.ZERO, 100, 1 << 20)).hasSize(11);
      verify(bus, false);
      assertThat(findings).isEmpty();
    }
  }

  /** The same entries once more, one of them with other data. */
  private static void forge(Tail tail) {
    long epoch = tail.last(BOT).orElseThrow().epoch();
    List<Entry> entries = new ArrayList<>(tail.read(BOT, epoch, Position.ZERO, 100, 1 << 20));
    Append other = Samples.append(Samples.event("e4", "bot", Payload.json("{\"forged\":1}")));
    entries.set(3, new Entry.Stored(Position.of(4), other.event()));
    SERVER.ask("DEL", TAIL);
    tail.push(BOT, epoch, Position.ZERO, entries);
  }
}

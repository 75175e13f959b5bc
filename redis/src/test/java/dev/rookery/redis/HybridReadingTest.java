package dev.rookery.redis;

import static dev.rookery.redis.Opened.BOT;
import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.InvalidInput;
import dev.rookery.Operations.Metric;
import dev.rookery.Position;
import dev.rookery.hybrid.HybridBackend;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Tail;
import dev.rookery.testkit.Samples;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a reader of a hybrid gets from the tail, and what from the log. */
@Tag("P7")
class HybridReadingTest {
  private static final TestServer SERVER = TestServer.shared();
  private static final BusConfig CONFIG = BusConfig.standard();
  private static final Environment ENVIRONMENT = Environment.system();
  private static final String KEY = "rookery:tail:bot:0";

  private final List<Backend> opened = new ArrayList<>();

  HybridReadingTest() {
    SERVER.empty();
  }

  @AfterEach
  void close() {
    opened.forEach(Backend::close);
  }

  private HybridBackend open(Backend truth, Tail tail) {
    HybridBackend hybrid = HybridBackend.of(truth, tail, CONFIG, ENVIRONMENT);
    opened.add(hybrid);
    return hybrid;
  }

  private static Backend memory(String name) {
    return new MemoryProvider().open(Address.parse("memory:" + name), CONFIG, ENVIRONMENT);
  }

  private static Tail tail() {
    return new RedisTailProvider().open(Address.parse(SERVER.address()), CONFIG, ENVIRONMENT);
  }

  private HybridBackend holding(int events, Tail tail) {
    HybridBackend hybrid = open(memory(UUID.randomUUID().toString()), tail);
    hybrid.log().append(BOT, Samples.appends("e", events));
    soon().until(() -> SERVER.ask("XLEN", KEY).number() == events);
    return hybrid;
  }

  private static List<String> follow(Backend backend, long after) {
    return backend.log().follow(BOT, Position.of(after), 100, 1 << 20).stream()
        .map(entry -> ((Entry.Stored) entry).event())
        .map(Event::id)
        .toList();
  }

  private static List<String> ids(int first, int last) {
    return IntStream.rangeClosed(first, last).mapToObj(n -> "e" + n).toList();
  }

  private static double count(Backend backend, String name) {
    return backend.metrics().stream()
        .filter(metric -> metric.name().equals("rookery_tail_" + name))
        .mapToDouble(Metric::value)
        .sum();
  }

  @Test
  void whatTheTailHasIsNotAskedOfTheLog() {
    HybridBackend hybrid = holding(10, tail());

    assertThat(follow(hybrid, 0)).isEqualTo(ids(0, 9));
    assertThat(follow(hybrid, 7)).isEqualTo(ids(7, 9));
    assertThat(count(hybrid, "read_total")).isEqualTo(13);
    assertThat(count(hybrid, "log_read_total")).isZero();
  }

  @Test
  void aHoleIsReadFromTheLog() {
    HybridBackend hybrid = holding(10, tail());
    SERVER.ask("XDEL", KEY, "5-0");

    assertThat(follow(hybrid, 0)).isEqualTo(ids(0, 3));
    assertThat(follow(hybrid, 4)).startsWith("e4", "e5");
    assertThat(count(hybrid, "holes_read_total")).isPositive();
  }

  /** The control: with a tail that hides its holes, the event in the hole is never seen. */
  @Test
  void aReaderThatDoesNotLookForHolesMissesAnEvent() {
    HybridBackend hybrid = holding(10, blindFor(tail()));
    SERVER.ask("XDEL", KEY, "5-0");

    assertThat(follow(hybrid, 0)).doesNotContain("e4").hasSize(9);
  }

  /** Gives what it has the positions that are asked for. */
  private static Tail blindFor(Tail tail) {
    return (Tail)
        Proxy.newProxyInstance(
            Tail.class.getClassLoader(),
            new Class<?>[] {Tail.class},
            (proxy, method, arguments) -> {
              try {
                Object answer = method.invoke(tail, arguments);
                return answer instanceof List<?> entries
                    ? renumbered(entries, ((Position) arguments[2]).high())
                    : answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static List<Entry> renumbered(List<?> entries, long after) {
    List<Entry> renumbered = new ArrayList<>();
    for (Object entry : entries) {
      Position next = Position.of(after + renumbered.size() + 1);
      renumbered.add(new Entry.Stored(next, ((Entry.Stored) entry).event()));
    }
    return renumbered;
  }

  @Test
  void aReaderBehindTheTailReadsTheLog() {
    HybridBackend hybrid = holding(10, tail());
    SERVER.ask("XTRIM", KEY, "MAXLEN", 4);

    assertThat(follow(hybrid, 2)).isEqualTo(ids(2, 9));
    assertThat(follow(hybrid, 6)).isEqualTo(ids(6, 9));
    assertThat(count(hybrid, "read_total")).isEqualTo(4);
  }

  /** The first that is seen: following may stop before the end for a second or so. */
  private static List<String> followed(HybridBackend hybrid, long after) {
    return soon().until(() -> follow(hybrid, after), found -> !found.isEmpty());
  }

  @Test
  void theTailOfAnotherHistoryIsNotRead() {
    holding(10, tail()).close();
    HybridBackend other = open(memory(UUID.randomUUID().toString()), tail());

    assertThat(follow(other, 0)).isEmpty();
    other.log().append(BOT, Samples.appends("new", 1));

    assertThat(followed(other, 0)).containsExactly("new0");
    soon().until(() -> SERVER.ask("XLEN", KEY).number() == 1);
  }

  @Test
  void aTailThatIsAheadOfTheLogIsOfAnotherHistory() {
    String name = UUID.randomUUID().toString();
    HybridBackend hybrid = open(memory(name), tail());
    hybrid.log().append(BOT, Samples.appends("e", 3));
    soon().until(() -> SERVER.ask("XLEN", KEY).number() == 3);
    long epoch = TailFields.epoch(SERVER.ask("XRANGE", KEY, "-", "+").list().getFirst());
    SERVER.ask(
        "XADD", KEY, "4-0", "epoch", epoch, "id", "x", "type", "t", "source", "s", "data", "{}");

    soon().until(() -> !hybrid.setting("tail.epoch").orElseThrow().equals("" + epoch));
    hybrid.log().append(BOT, Samples.appends("f", 2));

    assertThat(followed(hybrid, 3)).containsExactly("f0", "f1");
    soon().until(() -> SERVER.ask("XLEN", KEY).number() == 2);
  }

  @Test
  void whatNobodyPushedIsFoundWithinASecondOrSo() {
    String name = UUID.randomUUID().toString();
    HybridBackend hybrid = open(memory(name), tail());
    hybrid.log().append(BOT, Samples.appends("e", 3));
    soon().until(() -> SERVER.ask("XLEN", KEY).number() == 3);
    List<Long> heard = new CopyOnWriteArrayList<>();
    hybrid.log().listen(partition -> heard.add(System.nanoTime()));
    Backend withoutTail = memory(name);
    opened.add(withoutTail);

    withoutTail.log().append(BOT, Samples.appends("silent", 2));

    soon().until(() -> !heard.isEmpty() && follow(hybrid, 3).size() == 2);
    soon().until(() -> SERVER.ask("XLEN", KEY).number() == 5);
    soon().until(() -> count(hybrid, "holes_repaired_total") > 0);
  }

  @Test
  void aPublishDoesNotWaitForATailThatHangs() {
    try (TestServer server = TestServer.start("save \"\"")) {
      Tail its = new RedisTailProvider().open(Address.parse(server.address()), CONFIG, ENVIRONMENT);
      HybridBackend hybrid = open(memory(UUID.randomUUID().toString()), its);
      Runnable goOn = server.pause();
      try {
        long begun = System.nanoTime();
        for (int i = 0; i < 2_000; i++) {
          hybrid.log().append(BOT, Samples.appends("e" + i + "/", 10));
        }
        assertThat(System.nanoTime() - begun).isLessThan(60_000_000_000L);
        soon().until(() -> hybrid.states().getFirst().contains("not in use"));
        assertThat(hybrid.log().read(BOT, Position.ZERO, 100_000, 1L << 40)).hasSize(20_000);
      } finally {
        goOn.run();
      }
      soon().until(() -> hybrid.states().getFirst().contains("in use;"));
      hybrid.close();
    }
  }

  @Test
  void itOpensWithoutItsRedisAndSaysSo() {
    String nowhere = "redis://127.0.0.1:" + TestServer.freePort();
    try (EventBus bus = EventBus.open("memory:" + UUID.randomUUID() + "?tail=" + nowhere)) {
      assertThat(bus.operations().states())
          .hasSize(1)
          .allMatch(state -> state.contains("not in use, events are read from the log"));
    }
  }

  @Test
  void aLogWhosePositionsHaveGapsCanHaveNone() {
    assertThatThrownBy(() -> EventBus.open(SERVER.address() + "?tail=" + SERVER.address()))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("leave tail= out");
    assertThatThrownBy(() -> EventBus.open("memory:x?tail=file:elsewhere"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("tail=redis://host:6379");
  }
}

package dev.rookery.redis;

import static dev.rookery.redis.Opened.BOT;
import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.BackendUnavailable;
import dev.rookery.BusConfig;
import dev.rookery.Event;
import dev.rookery.InvalidInput;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Tail;
import dev.rookery.spi.Tail.End;
import dev.rookery.testkit.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedisTailTest {
  private static final TestServer SERVER = TestServer.shared();
  private static final String KEY = "rookery:tail:bot:0";
  private static final long EPOCH = 7;

  private final Tail tail = opened("");

  private static Tail opened(String options) {
    SERVER.empty();
    return provided(SERVER.address() + options);
  }

  private static Tail provided(String address) {
    return new RedisTailProvider()
        .open(Address.parse(address), BusConfig.standard(), Environment.system());
  }

  @AfterEach
  void close() {
    tail.close();
  }

  private static List<Entry> entries(long first, long last) {
    return LongStream.rangeClosed(first, last).mapToObj(RedisTailTest::entry).toList();
  }

  private static Entry entry(long position) {
    return new Entry.Stored(Position.of(position), Samples.event("e" + position));
  }

  private End push(long epoch, long expected, long first, long last) {
    return tail.push(BOT, epoch, Position.of(expected), entries(first, last));
  }

  private List<Long> kept() {
    return tail.read(BOT, EPOCH, Position.ZERO, 1_000, 1L << 30).stream()
        .map(entry -> entry.position().high())
        .toList();
  }

  private static End end(long epoch, long last, boolean began) {
    return new End(epoch, Position.of(last), began);
  }

  @Test
  void anEmptyTailBeginsWithWhatIsPushed() {
    assertThat(push(EPOCH, 40, 41, 43)).isEqualTo(end(EPOCH, 43, true));
    assertThat(kept()).containsExactly(41L, 42L, 43L);
  }

  @Test
  void aTailThatEndsWithTheExpectedEntryGoesOn() {
    push(EPOCH, 0, 1, 3);

    assertThat(push(EPOCH, 3, 4, 5)).isEqualTo(end(EPOCH, 5, false));
    assertThat(kept()).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void aTailThatEndsElsewhereTakesNothingAndSaysWhere() {
    push(EPOCH, 0, 1, 3);

    assertThat(push(EPOCH, 5, 6, 7)).isEqualTo(end(EPOCH, 3, false));
    assertThat(push(EPOCH, 1, 2, 4)).isEqualTo(end(EPOCH, 3, false));
    assertThat(kept()).containsExactly(1L, 2L, 3L);
  }

  @Test
  void entriesThatAreNoNeighboursOfItsEndBeginItAnew() {
    push(EPOCH, 0, 1, 3);

    End end = tail.push(BOT, EPOCH, Position.of(3), entries(100, 101));

    assertThat(end).isEqualTo(end(EPOCH, 101, true));
    assertThat(kept()).containsExactly(100L, 101L);
  }

  @Test
  void aLowerEpochIsRefusedAndAHigherOneBeginsItAnew() {
    push(EPOCH, 0, 1, 3);

    assertThat(push(EPOCH - 1, 3, 4, 5)).isEqualTo(end(EPOCH, 3, false));
    assertThat(kept()).containsExactly(1L, 2L, 3L);
    assertThat(push(EPOCH + 1, 1, 2, 2)).isEqualTo(end(EPOCH + 1, 2, true));
    assertThat(kept()).isEmpty();
  }

  @Test
  void aTailWhoseEndSomebodyRemovedBeginsAnew() {
    push(EPOCH, 0, 1, 3);
    SERVER.ask("XDEL", KEY, "3-0");

    assertThat(push(EPOCH, 2, 3, 4)).isEqualTo(end(EPOCH, 4, true));
    assertThat(kept()).containsExactly(3L, 4L);
  }

  @Test
  void whatExceedsTheLengthGoesFromTheBeginning() {
    tail.close();
    try (Tail small = opened("?length=300")) {
      for (int at = 0; at < 1_000; at += 100) {
        small.push(BOT, EPOCH, Position.of(at), entries(at + 1, at + 100));
      }

      assertThat(SERVER.ask("XLEN", KEY).number()).isBetween(300L, 500L);
      assertThat(small.last(BOT).orElseThrow().entry()).isEqualTo(entry(1_000));
    }
  }

  @Test
  void largeEntriesMakeItShorter() {
    Payload data = Payload.json("\"" + "x".repeat(200_000) + "\"");
    long at = 0;
    for (; at < 400; at++) {
      Entry large = new Entry.Stored(Position.of(at + 1), Samples.event("e" + at, "bot", data));
      tail.push(BOT, EPOCH, Position.of(at), List.of(large));
    }

    assertThat(SERVER.ask("XLEN", KEY).number()).isBetween(100L, 300L);
  }

  @Test
  void everyByteOfAnEntryIsKept() {
    List<Entry> pushed = new ArrayList<>();
    for (Event nasty : Samples.nastyEvents()) {
      pushed.add(new Entry.Stored(Position.of(pushed.size() + 1), nasty));
    }
    byte[] bytes = {0, -1, '\r', '\n'};
    pushed.add(
        new Entry.Broken(
            Position.of(pushed.size() + 1), Payload.wrap("text/plain", bytes), "no event"));
    tail.push(BOT, EPOCH, Position.ZERO, pushed);

    assertThat(tail.read(BOT, EPOCH, Position.ZERO, 1_000, 1L << 30)).isEqualTo(pushed);
  }

  @Test
  void whatWasForgottenIsNotRead() {
    push(EPOCH, 0, 1, 5);
    tail.forget(BOT, Position.of(3));

    assertThat(kept()).containsExactly(4L, 5L);
  }

  @Test
  void listenersHearOfThePushesOfOthers() {
    Queue<Position> heard = new ConcurrentLinkedQueue<>();
    try (Tail other = provided(SERVER.address())) {
      other.listen((partition, position) -> heard.add(position));
      soon().until(() -> heard.size() >= BusConfig.standard().partitions().size());
      push(EPOCH, 0, 1, 3);

      soon().until(() -> heard.contains(Position.of(3)));
    }
  }

  @Test
  void itOpensWhereNothingAnswersAndSaysSoWhenAsked() {
    try (Tail nowhere = provided("redis://127.0.0.1:" + TestServer.freePort())) {
      assertThatThrownBy(() -> nowhere.last(BOT)).isInstanceOf(BackendUnavailable.class);
    }
  }

  @Test
  void aLengthThatIsNoneIsRefused() {
    assertThatThrownBy(() -> provided(SERVER.address() + "?length=many"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("length=10000");
  }
}

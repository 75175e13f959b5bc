package dev.rookery.redis;

import static dev.rookery.redis.Opened.BOT;
import static dev.rookery.redis.Opened.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Entry;
import dev.rookery.testkit.Samples;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A stream that was copied for an erasure is to others what it was before. */
class ErasureTest {
  private static final TestServer SERVER = TestServer.shared();
  private static final String KEY = "channel-1";

  private final Opened opened = opened();

  private static Opened opened() {
    SERVER.empty();
    return Opened.at(SERVER.address());
  }

  @AfterEach
  void close() {
    opened.close();
  }

  private List<Position> append(int count) {
    return opened.log().append(BOT, Samples.appends("event-", count)).stream()
        .map(Appended::position)
        .toList();
  }

  private static Map<String, Reply> stream() {
    return SERVER.ask("XINFO", "STREAM", STREAM).fields();
  }

  private static String group() {
    Map<String, Reply> group = SERVER.ask("XINFO", "GROUPS", STREAM).list().getFirst().fields();
    return List.of(
            group.get("name").text(),
            group.get("last-delivered-id").text(),
            group.get("entries-read").number(),
            group.get("lag").number(),
            group.get("pending").number())
        .toString();
  }

  private static String pending() {
    return SERVER.ask("XPENDING", STREAM, "theirs", "-", "+", "10").list().stream()
        .map(each ->
            each.list().get(0).text()
                + " "
                + each.list().get(1).text()
                + " "
                + each.list().get(3).number())
        .toList()
        .toString();
  }

  @Test
  void groupsOfOthersGoOnWhereTheyWere() {
    List<Position> positions = append(10);
    SERVER.ask("XGROUP", "CREATE", STREAM, "theirs", "0");
    SERVER.ask("XREADGROUP", "GROUP", "theirs", "one", "COUNT", "3", "STREAMS", STREAM, ">");
    SERVER.ask("XREADGROUP", "GROUP", "theirs", "two", "COUNT", "2", "STREAMS", STREAM, ">");
    SERVER.ask("XACK", STREAM, "theirs", Ids.of(positions.get(1)));
    String group = group();
    String pending = pending();

    opened.log().erase(BOT, KEY, List.of(positions.get(0), positions.get(7)));

    assertThat(group()).isEqualTo(group);
    assertThat(pending()).isEqualTo(pending).contains(" one 1", " two 1");
    assertThat(stream().get("entries-added").number()).isEqualTo(10);
    assertThat(stream().get("length").number()).isEqualTo(10);
    assertThat(SERVER.ask("XRANGE", STREAM, "-", "+").toString()).doesNotContain("\"n\":\"event-7");
  }

  @Test
  void trimmingGoesOnAndNobodyIsAccusedOfIt() {
    append(2_500);
    while (opened.log().trim(BOT, java.util.Optional.empty(), java.util.Optional.of(90_000L))
        > 0) {}
    Position first = opened.log().earliest(BOT).position();
    Position next = opened.log().read(BOT, first, 1, 1_000_000).getFirst().position();

    opened.log().erase(BOT, KEY, List.of(next));

    assertThat(opened.log().earliest(BOT).position()).isEqualTo(first);
    assertThat(opened.log().read(BOT, first, 1, 1_000_000))
        .allMatch(entry -> entry instanceof Entry.Stored(var p, var event) && event.isErased());
    List<Position> more =
        opened.log().append(BOT, List.of(Samples.append("later"))).stream()
            .map(Appended::position)
            .toList();
    assertThat(opened.log().latest(BOT).position()).isEqualTo(more.getFirst());
  }

  @Test
  void theKeyStaysWhereOnlyTheDataHadIt() {
    SERVER.ask(
        "XADD",
        STREAM,
        "5-1",
        "id",
        "x",
        "type",
        "bot.said",
        "source",
        "theirs",
        "data",
        "{\"n\":1}",
        "correlation_id",
        "",
        "causation_id",
        "",
        "timestamp",
        "1.5",
        "version",
        "1");
    Partition bot = BOT;
    Position position = new Position(5, 1);

    opened.log().erase(bot, "theirs", List.of(position));

    Entry entry = opened.log().read(bot, Position.ZERO, 1, 1_000).getFirst();
    assertThat(entry)
        .isInstanceOfSatisfying(
            Entry.Stored.class,
            stored -> {
              assertThat(stored.position()).isEqualTo(position);
              assertThat(stored.event().isErased()).isTrue();
              assertThat(stored.event().key()).isEqualTo("theirs");
            });
  }
}

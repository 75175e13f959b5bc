package dev.rookery.redis;

import static dev.rookery.redis.Opened.BOT;
import static dev.rookery.redis.Opened.NAME;
import static dev.rookery.redis.Opened.STREAM;
import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.EventBus;
import dev.rookery.InvalidInput;
import dev.rookery.NameTaken;
import dev.rookery.Position;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Place;
import dev.rookery.testkit.Samples;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Consumer groups: ours for everybody to see, and those of others. */
class NativeGroupsTest {
  private static final TestServer SERVER = TestServer.shared();

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

  private static List<Map<String, Reply>> groups() {
    return SERVER.ask("XINFO", "GROUPS", STREAM).list().stream().map(Reply::fields).toList();
  }

  private long trimAll() {
    return opened.log().trim(BOT, Optional.empty(), Optional.of(1L));
  }

  @Test
  void aSubscriptionIsSeenAsAGroupWithItsTrueLag() {
    opened.define();
    List<Position> positions = append(10);

    assertThat(groups()).hasSize(1);
    assertThat(groups().getFirst().get("name").text()).isEqualTo("bot-group-" + NAME);
    assertThat(groups().getFirst().get("lag").number()).isEqualTo(10);

    opened.settle(positions.get(6), 7);
    assertThat(groups().getFirst().get("lag").number()).isEqualTo(3);
    assertThat(groups().getFirst().get("pending").number()).isZero();

    opened.backend().subscriptions().rewind(NAME, Map.of(BOT, new Place(positions.get(1), 2)));
    assertThat(groups().getFirst().get("lag").number()).isEqualTo(8);
  }

  @Test
  void theGroupGoesWithItsSubscription() {
    opened.define();

    opened.backend().subscriptions().remove(NAME);

    assertThat(groups()).isEmpty();
  }

  @Test
  void theGroupComesBackWithTheNextSaveWhenSomebodyDestroysIt() {
    opened.define();
    List<Position> positions = append(2);
    SERVER.ask("XGROUP", "DESTROY", STREAM, "bot-group-" + NAME);

    opened.settle(positions.getFirst(), 1);

    assertThat(groups().getFirst().get("lag").number()).isEqualTo(1);
  }

  @Test
  void theNameOfAGroupOfOthersIsTaken() {
    SERVER.ask("XGROUP", "CREATE", STREAM, "bot-group-" + NAME, "0", "MKSTREAM");

    assertThatThrownBy(opened::define).isInstanceOf(NameTaken.class).hasMessageContaining(NAME);

    assertThat(opened.backend().subscriptions().list()).isEmpty();
    opened.backend().subscriptions().remove(NAME);
    assertThat(groups()).hasSize(1);
  }

  private static void readAsOthers(int events, int... unacknowledged) {
    String group = "bot-group-" + NAME;
    SERVER.ask("XGROUP", "CREATE", STREAM, group, "0");
    SERVER.ask("XREADGROUP", "GROUP", group, "one", "COUNT", events, "STREAMS", STREAM, ">");
    List<Reply> pending = SERVER.ask("XPENDING", STREAM, group, "-", "+", events).list();
    for (int i = 0; i < events; i++) {
      int at = i;
      if (Arrays.stream(unacknowledged).noneMatch(each -> each == at)) {
        SERVER.ask("XACK", STREAM, group, pending.get(i).list().getFirst().text());
      }
    }
  }

  private static List<String> handledFromGroup() {
    Queue<String> handled = new ConcurrentLinkedQueue<>();
    try (EventBus bus = EventBus.open(SERVER.address())) {
      bus.subscribe(Subscription.of(NAME, "**").from(Start.group()), e -> handled.add(e.id()));
      soon().until(() -> bus.operations().subscription(NAME).lagEvents() == 0);
    }
    return List.copyOf(handled);
  }

  @Test
  void aSubscriptionTakesThePlaceOfAGroupWhatIsPendingFirst() {
    List<String> ids = Samples.appends("event-", 10).stream().map(a -> a.event().id()).toList();
    append(10);
    readAsOthers(7, 2, 3, 5);

    assertThat(handledFromGroup())
        .containsExactly(ids.get(2), ids.get(3), ids.get(5), ids.get(7), ids.get(8), ids.get(9));

    assertThat(groups().getFirst().get("lag").number()).isZero();
    assertThat(groups().getFirst().get("pending").number()).isZero();
    assertThat(handledFromGroup()).isEmpty();
    assertThat(trimAll()).isEqualTo(10);
  }

  @Test
  void aSubscriptionTakesThePlaceOfAGroupThatHasNothingPending() {
    append(10);
    readAsOthers(7);

    assertThat(handledFromGroup()).hasSize(3);
  }

  @Test
  void aGroupThatOthersStillReadWithIsNotTakenOver() {
    append(10);
    readAsOthers(7, 2);
    Adoption seen = opened.subscriptions().groups().find(NAME, BOT).orElseThrow();
    SERVER.ask("XREADGROUP", "GROUP", "bot-group-" + NAME, "one", "STREAMS", STREAM, ">");

    assertThatThrownBy(() -> opened.subscriptions().cursors().adopt(NAME, BOT, seen))
        .isInstanceOf(NameTaken.class)
        .hasMessageContaining("still read");
  }

  @Test
  void whereThereIsNoGroupNoneIsTakenOver() {
    assertThatThrownBy(NativeGroupsTest::handledFromGroup)
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining(NAME);
  }

  @Test
  void trimmingStopsBeforeWhatAGroupOfOthersHasPending() {
    append(10);
    SERVER.ask("XGROUP", "CREATE", STREAM, "theirs", "0");
    SERVER.ask("XREADGROUP", "GROUP", "theirs", "one", "COUNT", 5, "STREAMS", STREAM, ">");
    List<Reply> pending = SERVER.ask("XPENDING", STREAM, "theirs", "-", "+", 10).list();
    SERVER.ask("XACK", STREAM, "theirs", pending.get(0).list().getFirst().text());
    SERVER.ask("XACK", STREAM, "theirs", pending.get(1).list().getFirst().text());

    assertThat(trimAll()).isEqualTo(2);
    assertThat(trimAll()).isZero();
  }

  @Test
  void trimmingStopsAfterWhatAGroupOfOthersWasGivenLast() {
    List<Position> positions = append(10);
    SERVER.ask("XGROUP", "CREATE", STREAM, "theirs", Ids.of(positions.get(3)));

    assertThat(trimAll()).isEqualTo(4);
    assertThat(trimAll()).isZero();
  }

  @Test
  void aGroupOfOthersThatReadNothingHoldsEverything() {
    append(10);
    SERVER.ask("XGROUP", "CREATE", STREAM, "theirs", "0");

    assertThat(trimAll()).isZero();
  }
}

package dev.rookery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CausationTest {
  private static Delivery delivery(String subscription, String source, String id) {
    Event event =
        new Event(
            id,
            "t",
            source,
            "k",
            Instant.EPOCH,
            "talk",
            Optional.empty(),
            1,
            Payload.EMPTY,
            Map.of());
    return new Delivery(
        subscription, new Partition("user", 0), Position.of(1), 1, 1, false, false, event);
  }

  private static List<String> ids(Delivery delivery, int count) {
    Causation causation = Causation.by(delivery);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(causation.stamp(Draft.of("x")).id().orElseThrow());
    }
    return ids;
  }

  @Test
  void derivedIdsAreTheSameEachTimeAndForEver() {
    List<String> ids = ids(delivery("s", "bot", "e"), 3);

    assertThat(ids).doesNotHaveDuplicates().isEqualTo(ids(delivery("s", "bot", "e"), 3));
    assertThat(ids.getFirst()).isEqualTo("3957cf23-1a26-83fe-b446-1685c7ff2cda");
  }

  @Test
  void derivedIdsDifferBySubscriptionSourceAndCause() {
    List<String> ids = new ArrayList<>();
    ids.addAll(ids(delivery("s", "bot", "e"), 2));
    ids.addAll(ids(delivery("other", "bot", "e"), 2));
    ids.addAll(ids(delivery("s", "other", "e"), 2));
    ids.addAll(ids(delivery("s", "bot", "other"), 2));

    assertThat(ids).doesNotHaveDuplicates();
    assertThat(ids).map(UUID::fromString).allMatch(id -> id.version() == 8 && id.variant() == 2);
  }

  @Test
  void whatTheDraftSaysStays() {
    Causation causation = Causation.by(delivery("s", "bot", "e"));
    Draft draft =
        Draft.of("x").id("mine").correlation("c").causation("d").attribute(Event.HOPS, "9");

    assertThat(causation.stamp(draft)).isEqualTo(draft);
  }

  @Test
  void theScopeIsThereWhileTheHandlerRunsAndOnlyThen() throws Exception {
    Delivery delivery = delivery("s", "bot", "e");
    List<Optional<Causation>> seen = new ArrayList<>();

    Causation.handling(delivery, event -> seen.add(Causation.current()), () -> {});

    assertThat(seen.getFirst().map(Causation::cause)).contains(delivery.event());
    assertThat(Causation.current()).isEmpty();
  }
}

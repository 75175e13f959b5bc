package dev.rookery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Event;
import dev.rookery.Operations.Cause;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.Step;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConversationTest {
  private static Located event(int number, String id, Optional<String> cause) {
    Event event =
        new Event(
            id,
            "user.said",
            "bot",
            "key",
            Instant.EPOCH.plusSeconds(number),
            "talk",
            cause,
            1,
            Payload.EMPTY,
            Map.of());
    return new Located(new Partition("user", 0), Position.of(number + 1), event);
  }

  private static Located caused(int number, int cause) {
    return event(number, "e" + number, Optional.of("e" + cause));
  }

  @Test
  void aChainAsLongAsTheConversationIsClimbedWithoutRecursion() {
    List<Located> chain = new ArrayList<>(List.of(event(0, "e0", Optional.empty())));
    IntStream.range(1, 10_000).forEach(n -> chain.add(caused(n, n - 1)));
    Collections.shuffle(chain, new Random(7));

    List<Step> steps = Conversation.of(chain);

    assertThat(steps).hasSize(10_000);
    assertThat(steps.getLast().depth()).isEqualTo(9_999);
  }

  @Test
  void aCircleOfAnyLengthIsShownOnceFromItsEarliestEvent() {
    List<Located> circle = new ArrayList<>();
    IntStream.range(0, 100).forEach(n -> circle.add(caused(n, (n + 1) % 100)));
    circle.add(caused(100, 50));
    Collections.shuffle(circle, new Random(7));

    List<Step> steps = Conversation.of(circle);

    assertThat(steps).hasSize(101);
    assertThat(steps.getFirst().cause()).isEqualTo(Cause.CIRCLE);
    assertThat(steps.getFirst().located().event().id()).isEqualTo("e0");
    assertThat(steps.stream().filter(step -> step.depth() == 0)).hasSize(1);
  }

  @Test
  void anyCausesGiveEveryEventOnceBelowItsCause() {
    Random random = new Random(42);
    for (int round = 0; round < 200; round++) {
      int size = 1 + random.nextInt(30);
      List<Located> events = new ArrayList<>();
      for (int n = 0; n < size; n++) {
        events.add(caused(n, random.nextInt(size + 3)));
      }

      List<Step> steps = Conversation.of(events);

      assertThat(steps.stream().map(Step::located)).containsExactlyInAnyOrderElementsOf(events);
      List<String> above = new ArrayList<>();
      for (Step step : steps) {
        while (above.size() > step.depth()) {
          above.removeLast();
        }
        if (step.cause() == Cause.ABOVE) {
          assertThat(step.located().event().causation()).contains(above.getLast());
        }
        above.add(step.located().event().id());
      }
    }
  }

  @Test
  void ofSeveralEventsWithOneIdTheFirstCountsAsTheCause() {
    Located first = event(1, "same", Optional.empty());
    Located second = event(2, "same", Optional.empty());
    Located effect = event(3, "effect", Optional.of("same"));

    assertThat(Conversation.of(List.of(effect, second, first)).stream().map(Step::located))
        .containsExactly(first, effect, second);
  }
}

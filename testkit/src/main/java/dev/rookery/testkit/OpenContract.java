package dev.rookery.testkit;

import static dev.rookery.testkit.Samples.USER;
import static dev.rookery.testkit.Samples.appends;
import static dev.rookery.testkit.Samples.ids;
import static dev.rookery.testkit.Samples.letter;
import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.DeadLetter;
import dev.rookery.Durability;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.RookeryException;
import dev.rookery.StaleClaim;
import dev.rookery.Subscription;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Control;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Place;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What opening, sharing and closing promise. */
@Tag("P7")
public interface OpenContract extends BackendUnderTest {
  Subscription KEEPER = Subscription.of("keeper", "**");

  private boolean keeps() {
    return backend().capabilities().durability() != Durability.MEMORY;
  }

  @Test
  default void closingTwiceIsHarmless() {
    backend().close();
    backend().close();
  }

  @Test
  default void weaknessesAreOneLineEach() {
    assertThat(backend().capabilities().weaknesses())
        .allSatisfy(weakness -> assertThat(weakness).isNotBlank().doesNotContain("\n"));
    assertThat(backend().capabilities().pollInterval()).isPositive();
  }

  @Test
  default void aStoreThatIsSharedIsTheSameInEveryOpenAndAnotherRefusesTheSecond() {
    if (!backend().capabilities().shared()) {
      assertThatThrownBy(this::openAgain).isInstanceOf(RookeryException.class);
      return;
    }
    Backend other = openAgain();
    Queue<Partition> heard = new ConcurrentLinkedQueue<>();
    other.log().listen(heard::add);

    Position position = log().append(USER, appends("a")).getFirst().position();
    Control defined = backend().subscriptions().define(KEEPER, Map.of(USER, Place.BEGINNING));
    backend().changeSetting("name", Optional.empty(), "value");

    assertThat(ids(other.log().read(USER, Position.ZERO, ALL, ALL_BYTES))).containsExactly("a");
    assertThat(other.log().append(USER, appends("a")).getFirst().position()).isEqualTo(position);
    assertThat(other.subscriptions().find("keeper")).contains(defined);
    assertThat(other.setting("name")).contains("value");
    if (other.capabilities().wakes()) {
      soon().until(() -> heard.contains(USER));
    }
    other.close();
    assertThat(ids(readAll(USER))).containsExactly("a");
  }

  @Test
  default void aClosedOpenHearsNothingMore() {
    if (!backend().capabilities().shared()) {
      return;
    }
    Backend other = openAgain();
    Queue<Partition> heard = new ConcurrentLinkedQueue<>();
    Queue<Partition> control = new ConcurrentLinkedQueue<>();
    other.log().listen(heard::add);
    other.close();
    log().listen(control::add);

    log().append(USER, appends("a"));

    if (backend().capabilities().wakes()) {
      soon().until(() -> control.contains(USER));
    }
    assertThat(heard).isEmpty();
  }

  @Test
  default void theLogIsThereAfterReopeningIfTheBackendKeepsIt() {
    List<Appended> answers =
        log().append(USER, Samples.nastyEvents().stream().map(Samples::append).toList());
    letPass(Duration.ofMinutes(1));
    log().append(USER, appends("last"));
    log().trim(USER, Optional.of(Duration.ofSeconds(30)), Optional.empty());
    log().append(USER, Samples.nastyEvents().stream().map(Samples::append).toList());
    Place latest = log().latest(USER);
    Place earliest = log().earliest(USER);
    var entries = readAll(USER);
    boolean keeps = keeps();

    reopen();

    if (keeps) {
      assertThat(readAll(USER)).isEqualTo(entries);
      assertThat(log().latest(USER)).isEqualTo(latest);
      assertThat(log().earliest(USER)).isEqualTo(earliest);
      Appended again =
          log().append(USER, List.of(Samples.append(Samples.nastyEvents().get(1)))).getFirst();
      assertThat(again).isInstanceOf(Appended.Duplicate.class);
      assertThat(again.position()).isEqualTo(answers.get(1).position());
      assertThat(log().append(USER, appends("next")).getFirst().position())
          .isGreaterThan(latest.position());
    } else {
      assertThat(log().latest(USER)).isEqualTo(Place.BEGINNING);
    }
  }

  @Test
  default void positionsGoOnAfterReopeningAnEmptiedLog() {
    Position last = log().append(USER, appends("a", "b")).getLast().position();
    letPass(Duration.ofMinutes(1));
    while (log().trim(USER, Optional.of(Duration.ofSeconds(30)), Optional.empty()) > 0) {}
    boolean keeps = keeps();

    reopen();

    if (keeps) {
      assertThat(log().latest(USER)).isEqualTo(new Place(last, 2));
      assertThat(log().append(USER, appends("c")).getFirst().position()).isGreaterThan(last);
    }
  }

  @Test
  default void subscriptionsAreThereAfterReopeningIfTheBackendKeepsThem() {
    var subscriptions = backend().subscriptions();
    subscriptions.define(KEEPER, Map.of(USER, Place.BEGINNING));
    Control paused = subscriptions.pause("keeper", true);
    Claim claim =
        subscriptions.claim("keeper", USER, "one", Duration.ofSeconds(9), Optional.empty()).get();
    Cursor cursor = Cursor.at(new Place(Position.of(3), 3));
    subscriptions.save(claim, cursor);
    backend().changeSetting("name", Optional.empty(), "value");
    boolean keeps = keeps();

    Backend again = reopen();

    assertThat(again.subscriptions().find("keeper"))
        .isEqualTo(keeps ? Optional.of(paused) : Optional.empty());
    assertThat(again.setting("name")).isEqualTo(keeps ? Optional.of("value") : Optional.empty());
    if (keeps) {
      assertThat(again.subscriptions().cursors("keeper")).isEqualTo(Map.of(USER, cursor));
      Claim next =
          again
              .subscriptions()
              .claim("keeper", USER, "one", Duration.ofSeconds(9), Optional.empty())
              .get();
      assertThat(next.epoch()).isGreaterThan(claim.epoch());
      assertThatThrownBy(() -> again.subscriptions().save(claim, cursor))
          .isInstanceOf(StaleClaim.class);
    }
  }

  @Test
  default void deadLettersAreThereAfterReopeningIfTheBackendKeepsThem() {
    var subscriptions = backend().subscriptions();
    subscriptions.define(KEEPER, Map.of(USER, Place.BEGINNING));
    Claim claim =
        subscriptions.claim("keeper", USER, "one", Duration.ofSeconds(9), Optional.empty()).get();
    DeadLetter letter = letter("keeper", USER, 1, "k");
    backend().deadLetters().bury(claim, List.of(letter));
    backend().deadLetters().redrive(List.of(letter.id()));
    boolean keeps = keeps();

    Backend again = reopen();

    assertThat(again.deadLetters().redriving("keeper", USER, 10))
        .isEqualTo(keeps ? List.of(letter.in(DeadLetter.State.REDRIVING)) : List.of());
  }
}

package dev.rookery.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.check.HistoryLine.Handled;
import dev.rookery.check.HistoryLine.Result;
import dev.rookery.check.HistoryLine.Stored;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HistoryCheckTest {
  private static final Partition USER = new Partition("user", 0);
  private final List<Stored> receipts = new ArrayList<>();
  private final List<Handled> handlings = new ArrayList<>();

  HistoryCheckTest() {
    for (int i = 1; i <= 100; i++) {
      receipts.add(receipt(i, i));
      handlings.add(handling("a", i, Result.OK));
      handlings.add(handling("b", i, Result.OK));
    }
  }

  @Test
  void aRunWithoutFaultIsClean() {
    Findings findings = check(Map.of());

    assertThat(findings.isClean()).isTrue();
    assertThat(findings.published()).isEqualTo(100);
    assertThat(findings.delivered()).isEqualTo(Map.of("a", 100L, "b", 100L));
    assertThat(findings.duplicates()).isZero();
    assertThat(findings.latencies().percentileMillis(0.5)).isBetween(5.0, 5.1);
  }

  @Test
  void oneLostDeliveryIsFound() {
    handlings.remove(51);

    Findings findings = check(Map.of());

    assertThat(findings.lost()).isEqualTo(1);
    assertThat(findings.outOfOrder()).isZero();
    assertThat(findings.examples())
        .singleElement()
        .asString()
        .contains("skipped: e26")
        .contains("b");
  }

  @Test
  void aDeadLetterIsNotLost() {
    handlings.remove(51);

    Findings findings = check(Map.of("b", Set.of("e26")));

    assertThat(findings.lost()).isZero();
    assertThat(findings.deadLettered()).isEqualTo(1);
  }

  @Test
  void aRejectionThatTheBusDoesNotKeepIsLost() {
    handlings.set(51, handling("b", 26, Result.REJECTED));

    assertThat(check(Map.of()).lost()).isEqualTo(1);
  }

  @Test
  void anEventThatAKilledHandlerNeverFinishedIsLost() {
    handlings.set(51, handling("b", 26, Result.FAILED));

    Findings findings = check(Map.of());

    assertThat(findings.lost()).isEqualTo(1);
    assertThat(findings.retried()).isEqualTo(1);
  }

  @Test
  void twoHandlingsOfAKeyThatChangedPlacesAreFound() {
    // e27 and e29 are of one key.
    Collections.swap(handlings, 53, 57);

    Findings findings = check(Map.of());

    assertThat(findings.outOfOrder()).isEqualTo(1);
    assertThat(findings.lost()).isZero();
    assertThat(findings.examples()).singleElement().asString().contains("out of order");
  }

  @Test
  void twoHandlingsOfDifferentKeysMayChangePlaces() {
    Collections.swap(handlings, 53, 55);

    assertThat(check(Map.of()).isClean()).isTrue();
  }

  @Test
  void aRepeatedHandlingIsADuplicateAndNoDisorder() {
    handlings.add(120, handling("b", 20, Result.OK));

    Findings findings = check(Map.of());

    assertThat(findings.duplicates()).isEqualTo(1);
    assertThat(findings.isClean()).isTrue();
    assertThat(findings.deliveredInAll()).isEqualTo(200);
  }

  @Test
  void aRetryThatOvertakesNothingIsInOrder() {
    handlings.add(50, handling("b", 26, Result.FAILED));

    Findings findings = check(Map.of());

    assertThat(findings.isClean()).isTrue();
    assertThat(findings.retried()).isEqualTo(1);
  }

  @Test
  void aRetryThatALaterEventOfItsKeyOvertookIsDisorder() {
    Handled late = handlings.remove(51);
    handlings.add(51, handling("b", 26, Result.FAILED));
    handlings.add(60, late);

    assertThat(check(Map.of()).outOfOrder()).isEqualTo(1);
  }

  @Test
  void receiptsThatContradictThePublishersCountAreDisorder() {
    receipts.set(25, receipt(26, 28));
    receipts.set(27, receipt(28, 26));

    assertThat(check(Map.of()).outOfOrder()).isPositive();
  }

  @Test
  void aSecondReceiptForTheSameEventCountsOnce() {
    Stored again = receipts.get(5);
    receipts.add(
        new Stored("p", again.id(), "t", again.key(), 6, USER, again.position(), true, 1, 2));

    assertThat(check(Map.of()).published()).isEqualTo(100);
  }

  @Test
  void handlingsOfUnknownEventsAreForeign() {
    handlings.add(handling("a", 500, Result.OK));
    handlings.add(handling("elsewhere", 5, Result.OK));

    Findings findings = check(Map.of());

    assertThat(findings.foreign()).isEqualTo(2);
    assertThat(findings.isClean()).isTrue();
  }

  @Test
  void anEventThatASubscriptionDoesNotWantIsNotMissed() {
    receipts.add(new Stored("p", "other", "other", "k", 0, USER, Position.of(900), false, 1, 2));

    Findings findings = check(Map.of());

    assertThat(findings.lost()).isZero();
    assertThat(findings.published()).isEqualTo(101);
  }

  private Findings check(Map<String, Set<String>> dead) {
    HistoryCheck check = new HistoryCheck(Set.of("a", "b"), (name, type) -> type.equals("t"));
    receipts.forEach(check::stored);
    handlings.forEach(check::handled);
    return check.findings(dead);
  }

  private static Stored receipt(int number, long position) {
    return new Stored(
        "feeder",
        "e" + number,
        "t",
        "k" + number % 2,
        (number + 1) / 2,
        USER,
        Position.of(position),
        false,
        number * 1_000L,
        number * 1_000L + 500);
  }

  private static Handled handling(String subscription, int number, Result result) {
    return new Handled(
        "bot",
        subscription,
        "e" + number,
        "k" + number % 2,
        (number + 1) / 2,
        USER,
        Position.of(number),
        1,
        result,
        number * 1_000L + 5_000);
  }
}

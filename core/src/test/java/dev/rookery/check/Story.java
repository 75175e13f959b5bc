package dev.rookery.check;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.check.HistoryLine.Applied;
import dev.rookery.check.HistoryLine.Claimed;
import dev.rookery.check.HistoryLine.Handled;
import dev.rookery.check.HistoryLine.Handling;
import dev.rookery.check.HistoryLine.NotStored;
import dev.rookery.check.HistoryLine.Publishing;
import dev.rookery.check.HistoryLine.Result;
import dev.rookery.check.HistoryLine.Settled;
import dev.rookery.check.HistoryLine.Stored;
import dev.rookery.check.HistoryLine.Unresolved;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A history to be told otherwise: 20 events of two keys, {@code e1} published at 100 to position
 * 101, {@code e2} at 200 to 102 and so on; the subscriptions {@code a} and {@code b} handle each at
 * once, {@code b} with an effect. {@code bot-1} owns both, from 1050 on {@code bot-2}.
 */
final class Story {
  static final Partition USER = new Partition("user", 0);
  static final int EVENTS = 20;
  final List<HistoryLine> lines = new ArrayList<>();
  final Map<String, Set<String>> dead = new HashMap<>();

  Story() {
    claim("bot-1", "a", 1, 1).claim("bot-1", "b", 1, 1);
    claim("bot-2", "a", 2, 1_050).claim("bot-2", "b", 2, 1_050);
    for (int number = 1; number <= EVENTS; number++) {
      long at = number * 100L;
      publishing(number, at).stored(number, 100 + number, at + 10);
      delivered("a", number, at + 20).delivered("b", number, at + 20);
    }
  }

  Story publishing(int number, long at) {
    lines.add(new Publishing("p", id(number), "t", key(number), seq(number), at));
    return this;
  }

  Story stored(int number, long position, long at) {
    return stored(number, position, false, at);
  }

  Story stored(int number, long position, boolean duplicate, long at) {
    lines.add(
        new Stored(
            "p",
            id(number),
            "t",
            key(number),
            seq(number),
            USER,
            Position.of(position),
            duplicate,
            at - 10,
            at));
    return this;
  }

  Story notStored(int number, long at) {
    lines.add(new NotStored("p", id(number), at));
    return this;
  }

  Story unresolved(int number, long at) {
    lines.add(new Unresolved("p", id(number), at));
    return this;
  }

  /** All that belongs to a delivery that goes well. */
  Story delivered(String subscription, int number, long at) {
    handling(subscription, number, at);
    if (subscription.equals("b")) {
      applied(number, at + 5);
    }
    handled(subscription, number, Result.OK, at + 10);
    long epoch = at < 1_050 ? 1 : 2;
    return settled(subscription, number, epoch, true, at + 15, at + 20);
  }

  Story handling(String subscription, int number, long at) {
    lines.add(handling(subscription, number, 100 + number, at));
    return this;
  }

  Story handled(String subscription, int number, Result result, long at) {
    return handled(subscription, number, 100 + number, result, at);
  }

  Story handled(String subscription, int number, long position, Result result, long at) {
    lines.add(handling(subscription, number, position, at).ended(result, at));
    return this;
  }

  private static Handling handling(String subscription, int number, long position, long at) {
    return new Handling(
        at < 1_050 ? "bot-1" : "bot-2",
        subscription,
        id(number),
        key(number),
        seq(number),
        USER,
        Position.of(position),
        1,
        at < 1_050 ? 1 : 2,
        false,
        at);
  }

  Story applied(int number, long at) {
    lines.add(new Applied("bot", "b", id(number), at));
    return this;
  }

  Story claim(String process, String subscription, long epoch, long at) {
    lines.add(new Claimed(process, subscription, USER, epoch, at));
    return this;
  }

  Story settled(String subscription, int number, long epoch, boolean accepted, long sent, long at) {
    Position position = Position.of(100 + number);
    lines.add(new Settled("bot-" + epoch, subscription, USER, position, epoch, accepted, sent, at));
    return this;
  }

  Story dead(String subscription, int number) {
    dead.computeIfAbsent(subscription, _ -> new HashSet<>()).add(id(number));
    return this;
  }

  Story without(Predicate<HistoryLine> those) {
    lines.removeIf(those);
    return this;
  }

  Story changed(UnaryOperator<HistoryLine> each) {
    lines.replaceAll(each);
    return this;
  }

  /** Whether the line is of this kind, about this delivery. */
  static Predicate<HistoryLine> of(
      Class<? extends HistoryLine> kind, String subscription, int number) {
    return of(subscription, number).and(kind::isInstance);
  }

  /** Whether the line is about this delivery. */
  static Predicate<HistoryLine> of(String subscription, int number) {
    Position position = Position.of(100 + number);
    return line ->
        switch (line) {
          case Handling it -> it.subscription().equals(subscription) && it.id().equals(id(number));
          case Handled it -> it.subscription().equals(subscription) && it.id().equals(id(number));
          case Applied it -> it.subscription().equals(subscription) && it.id().equals(id(number));
          case Settled it ->
              it.subscription().equals(subscription) && it.position().equals(position);
          default -> false;
        };
  }

  Findings judged(Rules rules) {
    HistoryCheck check = new HistoryCheck(rules);
    lines.stream()
        .sorted(Comparator.comparingLong(HistoryLine::atMicros))
        .forEachOrdered(check::take);
    return check.findings(dead);
  }

  static String id(int number) {
    return "e" + number;
  }

  static String key(int number) {
    return number > EVENTS ? "other" : "k" + number % 2;
  }

  static long seq(int number) {
    return number > EVENTS ? 0 : (number + 1) / 2;
  }
}

package dev.rookery.cli.demo;

import dev.rookery.Catalogue;
import dev.rookery.Subscription;
import dev.rookery.TypePattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which bots there are and what they subscribe to: each has a subscription of its own under its
 * name, and the first two share one, of which one of them is the owner at a time.
 */
record Fleet(int bots) {
  static final String SHARED = "moderator";
  static final String ANSWERED = "bot.command.answered";
  static final String SHARED_USER = "multibot.user.shared_detected";
  private static final Catalogue CATALOGUE = Catalogue.standard();

  List<String> names() {
    List<String> names = new ArrayList<>();
    for (int number = 1; number <= bots; number++) {
      names.add(name(number));
    }
    return names;
  }

  static String name(int number) {
    return "bot-" + number;
  }

  static boolean moderates(int number) {
    return number <= 2;
  }

  static Subscription own(int number) {
    return Subscription.of(name(number), "user.**", "bot.command.*", "multibot.**");
  }

  /** Of one stream with one partition, so that one process owns all of it. */
  static Subscription shared() {
    return Subscription.of(SHARED, "user.message.*");
  }

  Map<String, List<TypePattern>> subscriptions() {
    Map<String, List<TypePattern>> subscriptions = new TreeMap<>();
    for (int number = 1; number <= bots; number++) {
      subscriptions.put(name(number), own(number).patterns());
    }
    subscriptions.put(SHARED, shared().patterns());
    return subscriptions;
  }

  boolean wants(String subscription, String type) {
    return subscriptions().getOrDefault(subscription, List.of()).stream()
        .anyMatch(pattern -> CATALOGUE.matches(pattern, type));
  }
}

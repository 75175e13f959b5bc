package dev.rookery.cli.demo;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes up chat of the shape of real chat: few busy channels and many quiet ones, users who come
 * back, a command now and then. The same seed makes the same chat.
 */
final class ChatGenerator {
  /** As busy as the busier half of a real day of many channels. */
  private static final double MEAN_GAP_SECONDS = 0.27;

  private static final int CHANNELS = 60;
  private static final int USERS = 8_000;
  private static final List<String> WORDS =
      List.of(
          "the",
          "server",
          "works",
          "again",
          "after",
          "update",
          "who",
          "knows",
          "how",
          "to",
          "mount",
          "a",
          "disk",
          "try",
          "restart",
          "it",
          "thanks",
          "yes",
          "no",
          "maybe",
          "kernel",
          "driver",
          "sound",
          "is",
          "gone",
          "since",
          "morning",
          "hello",
          "everyone",
          "see",
          "log",
          "please",
          "which",
          "version",
          "do",
          "you",
          "run",
          "same",
          "here",
          "that",
          "helped",
          "größer",
          "да");
  private static final List<String> COMMANDS =
      List.of("!help", "!seen", "!roll 20", "!weather", "!topic", "!ping");

  private final SplittableRandom random;
  private Duration time = Duration.ZERO;

  ChatGenerator(long seed) {
    random = new SplittableRandom(seed);
  }

  Chat next() {
    double gap = -Math.log(1 - random.nextDouble()) * MEAN_GAP_SECONDS;
    time = time.plusNanos((long) (gap * 1e9));
    String channel = "#room-" + skewed(CHANNELS);
    String user = "u-" + skewed(USERS);
    int dice = random.nextInt(1_000);
    if (dice < 65) {
      return new Chat(time, channel, user, "", "join", "");
    } else if (dice < 85) {
      return new Chat(time, channel, user, user + "_", "nick", "");
    }
    String text = dice < 105 ? COMMANDS.get(random.nextInt(COMMANDS.size())) : sentence();
    return new Chat(time, channel, user, text, dice < 108 ? "action" : "message", "");
  }

  /** Small numbers far more often than large ones. */
  private int skewed(int bound) {
    double part = random.nextDouble();
    return (int) (bound * part * part * part);
  }

  private String sentence() {
    int length = 2 + random.nextInt(12);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(i == 0 ? "" : " ").append(WORDS.get(random.nextInt(WORDS.size())));
    }
    return text.toString();
  }
}

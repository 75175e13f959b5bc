package dev.rookery.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.InvalidInput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrafficTest {
  @TempDir Path folder;

  @Test
  void madeUpChatIsTheSameEveryTime() {
    ChatGenerator one = new ChatGenerator(42);
    ChatGenerator two = new ChatGenerator(42);
    List<Chat> first = new ArrayList<>();
    List<Chat> second = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      first.add(one.next());
      second.add(two.next());
    }

    assertThat(first).isEqualTo(second);
    assertThat(first).anyMatch(chat -> chat.text().startsWith("!"));
    assertThat(first.stream().map(Chat::kind)).contains("message", "join", "nick", "action");
    assertThat(new ChatGenerator(43).next()).isNotEqualTo(first.getFirst());
  }

  @Test
  void madeUpChatAtSixHoursAMinuteIsAtLeast75000EventsAMinute() {
    GeneratedTraffic traffic = new GeneratedTraffic(360, 1);
    int count = 0;
    while (traffic.next().nanos() < Duration.ofSeconds(60).toNanos()) {
      count++;
    }

    assertThat(count).isBetween(75_000, 90_000);
  }

  @Test
  void evenTrafficIsEvenAndBeginsAgainAtTheEndOfTheFile() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("chat.jsonl"), line("12:00:00", "a") + line("12:00:01", "b"));
    try (EvenTraffic traffic = new EvenTraffic(file, 100)) {
      List<Traffic.Due> due = List.of(traffic.next(), traffic.next(), traffic.next());

      assertThat(due)
          .extracting(Traffic.Due::nanos)
          .containsExactly(10_000_000L, 20_000_000L, 30_000_000L);
      assertThat(due).extracting(one -> one.chat().text()).containsExactly("a", "b", "a");
      assertThat(traffic.isOfCorpus()).isTrue();
    }
  }

  @Test
  void packedFilesAreReadAsPlainOnes() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(line("12:00:00", "größer").getBytes(StandardCharsets.UTF_8));
    }
    Path file = Files.write(folder.resolve("chat.gz"), packed.toByteArray());
    try (ChatFile chat = ChatFile.open(file)) {
      assertThat(chat.next().orElseThrow().text()).isEqualTo("größer");
      assertThat(chat.next()).isEmpty();
    }
  }

  @Test
  void aDayIsLaidOverByItsTimesAndBeginsAgain() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("day.jsonl"),
            line("23:00:00", "last") + line("01:00:00", "first") + line("12:00:00", "noon"));
    DayTraffic traffic = DayTraffic.read(file, 3_600, Duration.ofSeconds(24));
    List<Traffic.Due> due = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      due.add(traffic.next());
    }

    assertThat(due)
        .extracting(one -> one.chat().text())
        .containsExactly("first", "noon", "last", "first");
    assertThat(due)
        .extracting(Traffic.Due::nanos)
        .containsExactly(1_000_000_000L, 12_000_000_000L, 23_000_000_000L, 25_000_000_000L);
    assertThat(due.getFirst().chat().channel()).isEqualTo("the log");
  }

  @Test
  void aPartOfADayBeginsWhereItIsBusyEnough() {
    long[] hours = new long[24];
    hours[9] = 10;
    hours[10] = 100;
    hours[11] = 100;

    assertThat(DayTraffic.start(hours, Duration.ofHours(1).toNanos())).isEqualTo(9);
    hours[9] = 1;
    assertThat(DayTraffic.start(hours, Duration.ofHours(1).toNanos())).isEqualTo(10);
    assertThat(DayTraffic.start(hours, Duration.ofHours(24).toNanos())).isZero();
  }

  @Test
  void whatIsNoChatIsNamedByItsLine() throws IOException {
    Path file = Files.writeString(folder.resolve("bad.jsonl"), line("12:00:00", "a") + "{}\n");
    try (ChatFile chat = ChatFile.open(file)) {
      chat.next();
      assertThatThrownBy(chat::next)
          .isInstanceOf(InvalidInput.class)
          .hasMessageContaining("line 2 is no chat");
    }
  }

  @Test
  void twoOnALineAreNoChat() throws IOException {
    String one = line("12:00:00", "a").strip();
    Path file = Files.writeString(folder.resolve("two.jsonl"), one + one + "\n");
    try (ChatFile chat = ChatFile.open(file)) {
      chat.next();
      assertThatThrownBy(chat::next)
          .isInstanceOf(InvalidInput.class)
          .hasMessageContaining("line 1 is no chat");
    }
  }

  @Test
  void forEveryPairOfBotsOneOfThemOwnsAUserAndBothDoSometimes() {
    Set<Integer> owners = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      int owner = SharedUsers.owner("user-" + i, 2, 5);
      assertThat(SharedUsers.owner("user-" + i, 5, 2)).isEqualTo(owner);
      owners.add(owner);
    }
    assertThat(owners).containsExactlyInAnyOrder(2, 5);
  }

  @Test
  void everySharedUserIsSaidByOneBotWhateverTheOrder() {
    Set<String> said = new HashSet<>();
    int drafts = 0;
    for (int bot = 1; bot <= 3; bot++) {
      SharedUsers users = new SharedUsers(bot, 3);
      for (int i = 0; i < 30; i++) {
        int channel = bot == 2 ? 29 - i : i;
        for (var draft : users.seen("u", "#c" + channel)) {
          said.add(draft.id().orElseThrow());
          drafts++;
        }
      }
    }

    assertThat(drafts).isEqualTo(said.size()).isEqualTo(3);
  }

  private static String line(String time, String text) {
    return "{\"time\":\"2007-12-17T"
        + time
        + "Z\",\"channel\":\"#c\",\"user\":\"u\",\"text\":\""
        + text
        + "\",\"kind\":\"message\",\"log\":\"the log\"}\n";
  }
}

package dev.rookery.embedded;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.EventRejected;
import dev.rookery.Operations.Erasure;
import dev.rookery.RetryPolicy;
import dev.rookery.Start;
import dev.rookery.Subscription;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was erased is in no file of the folder. */
class ErasedBytesTest {
  private static final String ALICE = "alice lives at";
  private static final String BOB = "bob lives at";

  @TempDir private Path folder;

  private static String data(String who, int n) {
    return "{\"text\":\"%s %d %s\"}".formatted(who, n, "somewhere ".repeat(n % 7 * 200));
  }

  /** Of the files that hold a text, as bytes. */
  private long filesWith(String text) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> contents(file).contains(text))
          .count();
    }
  }

  private static String contents(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void publish(EventBus bus, int count) {
    for (int n = 0; n < count; n++) {
      String who = n % 3 == 0 ? "alice" : "bob";
      bus.publish(
          Draft.of("user.said", data(who + " lives at", n))
              .key(who)
              .attribute("subject", who + " lives at an attribute"));
    }
  }

  @Test
  void whatWasErasedIsInNoFileOfTheFolder() throws Exception {
    try (EventBus bus = EventBus.open("file:" + folder)) {
      publish(bus, 600);
      assertThat(filesWith(ALICE)).as("the search finds what is there").isPositive();

      bus.operations().erase("alice", Optional.empty(), false);

      assertThat(filesWith(ALICE)).isZero();
      assertThat(filesWith(BOB)).isPositive();
    }
    assertThat(filesWith(ALICE)).isZero();
    try (EventBus bus = EventBus.open("file:" + folder)) {
      assertThat(bus.operations().erase("alice", Optional.empty(), true))
          .isEqualTo(new Erasure(0, 200, 0));
    }
  }

  @Test
  void withoutOverwritingWhatIsLetGoItWouldStay() throws Exception {
    try (EventBus bus = EventBus.open("file:" + folder)) {
      publish(bus, 600);
    }
    try (Connection database =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(Store.DATABASE));
        Statement statement = database.createStatement()) {
      statement.execute("PRAGMA secure_delete = OFF");
      statement.execute("UPDATE events SET body = x'00'");
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    assertThat(filesWith(ALICE)).isPositive();
  }

  @Test
  void norIsWhatItsDeadLettersHeld() throws Exception {
    try (EventBus bus = EventBus.open("file:" + folder)) {
      var subscriber =
          bus.subscribe(
              Subscription.of("fails", "user.said")
                  .from(Start.earliest())
                  .retry(new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1))),
              event -> {
                throw new EventRejected("not what " + event.data().text());
              });
      publish(bus, 30);
      soon().until(() -> bus.operations().subscription("fails").deadLetters() == 30);

      Erasure erased = bus.operations().erase("alice", Optional.empty(), false);

      assertThat(erased).isEqualTo(new Erasure(10, 0, 10));
      subscriber.close();
      assertThat(filesWith(ALICE)).isZero();
      assertThat(filesWith(BOB)).isPositive();
    }
  }
}

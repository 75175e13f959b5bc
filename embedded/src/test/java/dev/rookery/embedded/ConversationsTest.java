package dev.rookery.embedded;

import static dev.rookery.embedded.Fixture.USER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Event;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.Search;
import dev.rookery.spi.Append;
import dev.rookery.spi.Entry;
import dev.rookery.testkit.Samples;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index of conversations. */
class ConversationsTest {
  @TempDir Path folder;

  private static Append of(String id, String talk) {
    return Samples.append(
        new Event(
            id,
            "user.said",
            "bot",
            "key",
            Instant.EPOCH,
            talk,
            Optional.empty(),
            1,
            Payload.json("{}"),
            Map.of()));
  }

  private static List<String> found(FileBackend backend, String talk) {
    return backend
        .log()
        .search(USER, Search.ALL.correlation(talk), Position.ZERO, 100)
        .events()
        .stream()
        .map(Entry.Stored::event)
        .map(Event::id)
        .toList();
  }

  private static long rows(FileBackend backend) {
    return backend
        .readers()
        .read(session ->
            session.first((ResultSet row) -> row.getLong(1), "SELECT count(*) FROM conversations"))
        .orElseThrow();
  }

  @Test
  void eventsThatBeginAConversationTakeNoRow() {
    try (FileBackend backend = Fixture.open(folder)) {
      backend.log().append(USER, List.of(of("talk", "talk"), of("a", "talk"), of("b", "b")));

      assertThat(rows(backend)).isEqualTo(1);
      assertThat(found(backend, "talk")).containsExactly("talk", "a");
    }
  }

  @Test
  void aDuplicateTakesNoRow() {
    try (FileBackend backend = Fixture.open(folder)) {
      backend.log().append(USER, List.of(of("a", "talk")));
      backend.log().append(USER, List.of(of("a", "talk"), of("b", "talk")));

      assertThat(rows(backend)).isEqualTo(2);
      assertThat(found(backend, "talk")).containsExactly("a", "b");
    }
  }

  @Test
  void aConversationIsLookedUpAndNotScannedFor() {
    try (FileBackend backend = Fixture.open(folder)) {
      backend
          .log()
          .append(USER, IntStream.range(0, 5_000).mapToObj(n -> of("e" + n, "x" + n)).toList());

      var first = backend.log().search(USER, Search.ALL.correlation("x4999"), Position.ZERO, 10);

      assertThat(first.events()).hasSize(1);
      assertThat(first.end()).isTrue();
    }
  }

  @Test
  void rowsGoWithTheirEvents() {
    try (FileBackend backend = Fixture.open(folder)) {
      backend
          .log()
          .append(USER, IntStream.range(0, 2_500).mapToObj(n -> of("e" + n, "talk")).toList());

      while (backend.log().trim(USER, Optional.empty(), Optional.of(0L)) > 0) {}

      assertThat(rows(backend)).isZero();
    }
  }

  @Test
  void aLogOfTheFirstVersionGetsItsIndexWhenItIsOpened() throws Exception {
    try (FileBackend backend = Fixture.open(folder)) {
      backend.log().append(USER, List.of(of("talk", "talk"), of("a", "talk"), of("b", "b")));
    }
    try (Session session = Session.writing(folder.resolve(Store.DATABASE))) {
      session.execute("DROP TABLE conversations");
      session.execute("PRAGMA user_version = 1");
      session.commit();
    }

    try (FileBackend backend = Fixture.open(folder)) {
      assertThat(found(backend, "talk")).containsExactly("talk", "a");
      assertThat(rows(backend)).isEqualTo(1);
      backend.log().append(USER, List.of(of("c", "talk")));
      assertThat(found(backend, "talk")).containsExactly("talk", "a", "c");
    }
  }
}

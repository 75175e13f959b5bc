package dev.rookery.embedded;

import static dev.rookery.embedded.Fixture.USER;
import static dev.rookery.embedded.Fixture.appendEach;
import static dev.rookery.embedded.Fixture.ids;
import static dev.rookery.embedded.Fixture.idsOf;
import static dev.rookery.embedded.Fixture.numbered;
import static dev.rookery.embedded.Fixture.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.BackendUnavailable;
import dev.rookery.BusClosed;
import dev.rookery.InvalidInput;
import dev.rookery.LogFailed;
import dev.rookery.Partition;
import dev.rookery.PublishUnknown;
import dev.rookery.Subscription;
import dev.rookery.spi.Appended;
import dev.rookery.testkit.Samples;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Group commit, and what an error in the midst of it does. */
@Tag("P2")
@Timeout(300)
class WriterTest {
  private static final int COMMITS = 20;

  @TempDir Path folder;

  /** Fails at one commit, counted from now. */
  private static final class FailAt implements FailPoint {
    private final Step step;
    private final Throwable failure;
    private final AtomicInteger left = new AtomicInteger(-1);

    FailAt(Step step, Throwable failure) {
      this.step = step;
      this.failure = failure;
    }

    @Override
    public void reach(Step reached) throws IOException {
      if (reached == step && left.decrementAndGet() == 0) {
        switch (failure) {
          case IOException e -> throw e;
          case Error e -> throw e;
          default -> throw new AssertionError(failure);
        }
      }
    }
  }

  private final IOException noSync = new IOException("fsync: input/output error");

  @Test
  void anErrorBeforeTheCommitIsUnknownAndThenTheLogHasFailed() {
    for (int at = 1; at <= COMMITS; at++) {
      Path store = folder.resolve("before-" + at);
      FailAt failAt = new FailAt(FailPoint.Step.BEFORE_COMMIT, noSync);
      failWith(store, failAt, at);
      try (FileBackend backend = open(store)) {
        assertThat(ids(backend)).isEqualTo(idsOf(1, 9 + at));
        assertThat(backend.log().append(USER, numbered(10 + at, 10 + at)).getFirst())
            .isInstanceOf(Appended.Stored.class);
      }
    }
  }

  @Test
  void anErrorAfterTheCommitIsUnknownAndPublishingAgainIsSafe() {
    for (int at = 1; at <= COMMITS; at++) {
      Path store = folder.resolve("after-" + at);
      FailAt failAt = new FailAt(FailPoint.Step.AFTER_COMMIT, noSync);
      failWith(store, failAt, at);
      try (FileBackend backend = open(store)) {
        assertThat(ids(backend)).isEqualTo(idsOf(1, 10 + at));
        assertThat(backend.log().append(USER, numbered(10 + at, 10 + at)).getFirst())
            .isInstanceOf(Appended.Duplicate.class);
      }
    }
  }

  /** Ten events, and then more up to the one whose commit fails. */
  private static void failWith(Path store, FailAt failAt, int at) {
    try (FileBackend backend = open(store, failAt)) {
      appendEach(backend, 1, 10);
      failAt.left.set(at);
      appendEach(backend, 11, 9 + at);
      assertThatThrownBy(() -> appendEach(backend, 10 + at, 10 + at))
          .isInstanceOf(PublishUnknown.class)
          .hasMessageContaining("open it again");
      assertThatThrownBy(() -> appendEach(backend, 99, 99))
          .isInstanceOf(LogFailed.class)
          .hasMessageContaining("open it again");
      assertThatThrownBy(
              () -> backend.subscriptions().define(Subscription.of("late", "**"), Map.of()))
          .isInstanceOf(LogFailed.class);
      assertThat(ids(backend)).startsWith(idsOf(1, 9 + at).toArray(new String[0]));
    }
  }

  @Test
  void withoutAnErrorNothingFails() {
    FailAt never = new FailAt(FailPoint.Step.BEFORE_COMMIT, noSync);
    try (FileBackend backend = open(folder, never)) {
      appendEach(backend, 1, 30);
      assertThat(ids(backend)).isEqualTo(idsOf(1, 30));
    }
  }

  @Test
  void everybodyWhoWaitsForADyingWriterIsTold() throws Exception {
    FailAt dies = new FailAt(FailPoint.Step.BEFORE_COMMIT, new OutOfMemoryError("seeded"));
    try (FileBackend backend = open(folder, dies);
        ExecutorService publishers = Executors.newVirtualThreadPerTaskExecutor()) {
      appendEach(backend, 1, 1);
      long begin = System.nanoTime();
      dies.left.set(20);
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        int first = 1_000 * (i + 1);
        running.add(publishers.submit(() -> appendEach(backend, first, first + 999)));
      }
      for (Future<?> publisher : running) {
        assertThatThrownBy(() -> publisher.get(60, TimeUnit.SECONDS))
            .cause()
            .isInstanceOfAny(PublishUnknown.class, LogFailed.class)
            .hasMessageContaining("seeded");
      }
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMinutes(1));
    }
  }

  @Test
  void aWriteThatRefusesOrBreaksConcernsNobodyElse() throws Exception {
    try (FileBackend backend = open(folder)) {
      Writer writer = backend.writer();
      CountDownLatch gate = new CountDownLatch(1);
      try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<?> first = callers.submit(() -> writer.write(waitingFor(gate)));
        Future<?> before = callers.submit(() -> appendEach(backend, 1, 1));
        Future<?> refuses =
            callers.submit(() ->
                writer.write(transaction -> {
                  throw new InvalidInput("refused");
                }));
        Future<?> breaks =
            callers.submit(() ->
                writer.write(transaction -> {
                  transaction.session().update("DELETE FROM events");
                  throw new SQLException("broken");
                }));
        Future<?> after = callers.submit(() -> backend.changeSetting("n", Optional.empty(), "v"));
        gate.countDown();

        first.get();
        before.get();
        after.get();
        assertThatThrownBy(refuses::get).cause().isInstanceOf(InvalidInput.class);
        assertThatThrownBy(breaks::get).cause().isInstanceOf(BackendUnavailable.class);
      }
      appendEach(backend, 2, 3);
      assertThat(ids(backend)).isEqualTo(idsOf(1, 3));
      assertThat(backend.setting("n")).contains("v");
    }
  }

  @Test
  void whatIsTwiceInOneGroupIsStoredOnceAndLeavesNoGap() throws Exception {
    Partition bot = Samples.BOT;
    try (FileBackend backend = open(folder)) {
      appendEach(backend, 1, 2);
      backend.log().append(bot, numbered(50, 50));
      CountDownLatch gate = new CountDownLatch(1);
      List<Future<List<Appended>>> running = new ArrayList<>();
      try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<?> first = callers.submit(() -> backend.writer().write(waitingFor(gate)));
        for (int i = 0; i < 10; i++) {
          int from = 1 + i;
          running.add(callers.submit(() -> backend.log().append(USER, numbered(from, from + 4))));
          running.add(callers.submit(() -> backend.log().append(bot, numbered(50, 50 + from))));
        }
        gate.countDown();
        first.get();
        for (Future<List<Appended>> each : running) {
          each.get();
        }
      }

      assertThat(ids(backend)).containsExactlyInAnyOrderElementsOf(idsOf(1, 14));
      assertThat(backend.log().latest(bot).ordinal()).isEqualTo(11);
      for (Future<List<Appended>> each : running) {
        for (Appended answer : each.get()) {
          assertThat(answer).isNotInstanceOf(Appended.Conflict.class);
        }
      }
      for (String id : idsOf(1, 14)) {
        assertThat(backend.log().find(id)).singleElement().returns(id, l -> l.event().id());
      }
    }
  }

  @Test
  void aStatementThatFailedWorksAgain() {
    String full = "INSERT OR REPLACE INTO settings (name, value) VALUES ('large', zeroblob(?))";
    try (FileBackend backend = open(folder)) {
      Writer writer = backend.writer();
      writer.write(limited(full, 1));
      assertThatThrownBy(() -> writer.write(limited(full, 1 << 20)))
          .isInstanceOf(BackendUnavailable.class)
          .hasMessageContaining("full");
      writer.write(limited(full, 2));
    }
  }

  /** Inserts bytes where the database must not grow by many. */
  private static Write<Integer> limited(String sql, int bytes) {
    return transaction -> {
      Session session = transaction.session();
      session.list(row -> row.getLong(1), "PRAGMA max_page_count = 40");
      return session.update(sql, bytes);
    };
  }

  private static Write<Integer> waitingFor(CountDownLatch gate) {
    return transaction -> {
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return 1;
    };
  }

  @Test
  void anInterruptedPublisherStoresAndTheLogStaysOpen() throws Exception {
    try (FileBackend backend = open(folder)) {
      Thread.currentThread().interrupt();
      appendEach(backend, 1, 5);
      assertThat(Thread.interrupted()).isTrue();

      AtomicBoolean done = new AtomicBoolean();
      List<Thread> publishers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int first = 1_000 * (i + 1);
        publishers.add(Thread.startVirtualThread(() -> appendEach(backend, first, first + 99)));
      }
      Thread interrupter =
          Thread.startVirtualThread(() -> {
            while (!done.get()) {
              publishers.forEach(Thread::interrupt);
              LockSupport.parkNanos(50_000);
            }
          });
      for (Thread publisher : publishers) {
        publisher.join();
      }
      done.set(true);
      interrupter.join();

      assertThat(backend.log().latest(USER).ordinal()).isEqualTo(805);
      Thread.currentThread().interrupt();
      assertThat(ids(backend)).hasSize(805);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void twentyThreadsGetContiguousPositions() throws Exception {
    try (FileBackend backend = open(folder);
        ExecutorService publishers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<Long>>> running = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        int first = 1_000 * (i + 1);
        running.add(publishers.submit(() -> positions(backend, first, first + 99)));
      }
      List<Long> all = new ArrayList<>();
      for (Future<List<Long>> publisher : running) {
        List<Long> positions = publisher.get();
        assertThat(positions).isSorted();
        all.addAll(positions);
      }
      assertThat(all).doesNotHaveDuplicates().hasSize(2_000);
      assertThat(all).allMatch(position -> position >= 1 && position <= 2_000);
      assertThat(ids(backend)).hasSize(2_000);
    }
  }

  private static List<Long> positions(FileBackend backend, int first, int last) {
    return numbered(first, last).stream()
        .map(append -> backend.log().append(USER, List.of(append)).getFirst().position().high())
        .toList();
  }

  @Test
  void whatComesAfterTheCloseIsRefusedByName() {
    FileBackend backend = open(folder);
    appendEach(backend, 1, 1);
    backend.close();

    assertThatThrownBy(() -> appendEach(backend, 2, 2)).isInstanceOf(BusClosed.class);
    assertThatThrownBy(() -> ids(backend)).isInstanceOf(BusClosed.class);
    assertThatThrownBy(() -> backend.setting("n")).isInstanceOf(BusClosed.class);
  }
}

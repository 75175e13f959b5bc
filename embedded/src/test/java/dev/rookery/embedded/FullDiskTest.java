package dev.rookery.embedded;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Published;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.engine.EngineBus;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.SmallDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk on which there is no byte left. */
@Tag("P6")
@Tag("nightly")
@Timeout(300)
class FullDiskTest {
  private static final int MEGABYTES = 12;
  private static final int MORE_THAN_THE_FILES_HOLD = 400;
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path folder;
  private SmallDisk disk;
  private final Receipts receipts = new Receipts();
  private final Set<String> handled = ConcurrentHashMap.newKeySet();
  private int number;

  @BeforeEach
  void mount() throws Exception {
    // The driver's native part is unpacked by the first log that is opened, and not onto this disk
    Fixture.open(folder.resolve("elsewhere")).close();
    disk = SmallDisk.mount(folder.resolve("disk"), MEGABYTES);
    disk.fill(MEGABYTES * 1_000_000L / 2);
  }

  @AfterEach
  void unmount() throws Exception {
    disk.close();
  }

  private static EventBus bus(FileBackend backend) {
    return new EngineBus(backend, BusConfig.standard(), Environment.system());
  }

  private EventBus busWithReader(FileBackend backend) {
    EventBus bus = bus(backend);
    bus.subscribe(
        Subscription.of("reader", "user.**").from(Start.earliest()),
        event -> handled.add(event.id()));
    return bus;
  }

  private static Draft draft(String id) {
    String data = "{\"n\":\"" + id + "\",\"text\":\"" + "x".repeat(2_000) + "\"}";
    return Draft.of("user.message.received", data).source("bot-1").id(id);
  }

  /** Publishes the next events at once; receipts are kept. */
  private List<Published> say(EventBus bus, int events) {
    List<Draft> drafts =
        IntStream.range(0, events).mapToObj(i -> draft("event-" + ++number)).toList();
    List<Published> answers = bus.publishAll(drafts);
    for (Published answer : answers) {
      if (answer instanceof Published.Stored(var receipt)) {
        receipts.note(receipt.id() + " " + receipt.position());
      }
    }
    return answers;
  }

  private Published say(EventBus bus) {
    return say(bus, 1).getFirst();
  }

  private Published sayUntilItFails(EventBus bus) {
    while (true) {
      Published published = say(bus);
      if (!(published instanceof Published.Stored)) {
        return published;
      }
    }
  }

  private void allAreHandled() {
    within(SOON)
        .untilAsserted(() -> assertThat(handled).hasSizeGreaterThanOrEqualTo(receipts.count()));
  }

  private void allAreRefusedAndRead(EventBus bus, FileBackend backend) {
    int given = receipts.count();
    for (int i = 0; i < 500; i++) {
      assertThat(say(bus)).isInstanceOf(Published.Rejected.class);
    }
    assertThat(Fixture.readAll(backend)).hasSizeGreaterThanOrEqualTo(given);
    assertThat(receipts.count()).isEqualTo(given);
  }

  private void nothingIsLost(String what, Duration recovery) {
    Receipts.Verdict verdict = receipts.check(disk.log());
    System.out.printf(
        "%s: receipts %d, refused %d, stored %d, lost %d, receipts again after %d ms%n",
        what,
        receipts.count(),
        number - receipts.count(),
        verdict.stored(),
        verdict.lost(),
        recovery.toMillis());
    assertThat(verdict.wrong()).isEmpty();
  }

  /** How long it takes until an event is stored again. */
  private Duration recovery(EventBus bus) {
    long begin = System.nanoTime();
    within(SOON).until(() -> say(bus) instanceof Published.Stored);
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  @Test
  void eventsAreRefusedUntilThereIsRoomAndReadersGoOn() throws Exception {
    Duration recovery;
    FileBackend backend = Fixture.open(disk.log());
    try (EventBus bus = busWithReader(backend)) {
      assertThat(sayUntilItFails(bus)).isInstanceOf(Published.Rejected.class);
      allAreHandled();
      disk.fill(Long.MAX_VALUE);
      allAreRefusedAndRead(bus, backend);

      disk.makeRoom();
      recovery = recovery(bus);
      allAreHandled();
    }
    nothingIsLost("full", recovery);
  }

  @Test
  void aCommitThatFindsNoRoomIsTheLastUntilTheLogIsOpenedAgain() throws Exception {
    AtomicBoolean armed = new AtomicBoolean();
    FailPoint filling =
        step -> {
          if (step == FailPoint.Step.BEFORE_COMMIT && armed.getAndSet(false)) {
            disk.fill(Long.MAX_VALUE);
          }
        };
    FileBackend backend = Fixture.open(disk.log(), filling);
    try (EventBus bus = bus(backend)) {
      // Both halves of the mark have their place on the disk then
      say(bus);
      say(bus);
      armed.set(true);
      assertThat(say(bus, MORE_THAN_THE_FILES_HOLD))
          .allSatisfy(answer -> assertThat(answer).isInstanceOf(Published.Unknown.class));
      allAreRefusedAndRead(bus, backend);
      assertThat(bus.operations().health().ready()).isFalse();
      disk.makeRoom();
    }
    Duration recovery;
    try (EventBus bus = busWithReader(Fixture.open(disk.log()))) {
      recovery = recovery(bus);
      allAreHandled();
    }
    nothingIsLost("full at a commit", recovery);
  }

  /** The seeded bug: a receipt for what was refused. */
  @Test
  void aReceiptForWhatFoundNoRoomIsFoundOut() {
    try (EventBus bus = bus(Fixture.open(disk.log()))) {
      sayUntilItFails(bus);
      receipts.note("event-" + number + " " + number);
    }
    assertThat(receipts.check(disk.log()).wrong()).containsExactly("event-" + number + " is lost");
  }
}

package dev.rookery.archive;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Finding;
import dev.rookery.Finding.Remedy;
import dev.rookery.Finding.Where;
import dev.rookery.Operations.Verified;
import dev.rookery.Position;
import dev.rookery.Start;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.embedded.FileProvider;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Engine;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real damage to an archive, that a look through it names each, and what a repair makes of it. */
@Tag("P7")
@Timeout(600)
class VerifyTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir Path folder;
  private final Environment environment = Environment.system();
  private final BusConfig config = BusConfig.standard();
  private final List<Finding> findings = new ArrayList<>();
  private int rounds;
  private @Nullable Backend backend;
  private Optional<EventBus> opened = Optional.empty();

  private Backend live() {
    return new FileProvider()
        .open(Address.parse("file:" + folder.resolve("data")), config, environment);
  }

  private FileStore store() {
    return FileStore.open(folder.resolve("old"), environment);
  }

  /** Opens it as a new process would, which knows nothing of what is there. */
  private EventBus open(int segment) {
    Pace pace = new Pace(segment, 1 << 20, Duration.ofMinutes(10), Duration.ofMillis(20));
    backend = ArchivedBackend.of(live(), store(), config, pace, environment);
    opened = Optional.of(Engine.standard().open(backend, config, environment));
    return opened.get();
  }

  /** Stores and archives events, closes all, and leaves the log with the last of them. */
  private void archived(int events, int segment, boolean trimmed) {
    EventBus bus = open(segment);
    for (int from = 0; from < events; from += 500) {
      bus.publishAll(
          IntStream.range(from, Math.min(events, from + 500)).mapToObj(VerifyTest::said).toList());
    }
    within(LONG).until(() -> segments().size() == events / segment);
    bus.close();
    if (trimmed) {
      try (Backend live = live()) {
        Optional<String> keeper = Optional.of(PartitionArchive.SUBSCRIPTION);
        while (live.log().trim(Samples.USER, Optional.empty(), Optional.of(0L), keeper) > 0) {}
        assertThat(live.log().size(Samples.USER).events()).isEqualTo(events % segment);
      }
    }
  }

  private static Draft said(int number) {
    return Draft.of("user.said", "{\"text\":\"said " + number * 31 + "\"}")
        .id("event-" + number)
        .key(number % 9 == 0 ? "alice" : "bob");
  }

  @AfterEach
  void close() {
    opened.ifPresent(EventBus::close);
  }

  private List<SegmentName> segments() {
    return new Shelf(store()).of(Samples.USER);
  }

  private Path file(String name) {
    return folder.resolve("old").resolve(name);
  }

  private Path segment(int number) {
    return file(segments().get(number).toString());
  }

  private static Where piece(Path file) {
    return new Where.Archive(file.getFileName().toString());
  }

  private static Where gap(long after, long last) {
    return new Where.Gap(Samples.USER, Position.of(after), Position.of(last));
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  private Verified verify(boolean repair) {
    findings.clear();
    opened.ifPresent(EventBus::close);
    return open(100).operations().verify(repair, findings::add, _ -> {});
  }

  private void assertRepairable(Where... places) {
    verify(false);
    assertThat(findings).extracting(Finding::where).containsExactlyInAnyOrder(places);
    assertThat(findings).extracting(Finding::remedy).hasOnlyElementsOfType(Remedy.ByRepair.class);
    assertThat(verify(true).repaired()).isEqualTo(places.length);
    assertThat(findings).extracting(Finding::remedy).hasOnlyElementsOfType(Remedy.Repaired.class);
    assertThat(verify(false).damages()).isZero();
    assertThat(findings).isEmpty();
    assertAllIsRead(350);
  }

  private void assertAllIsRead(int events) {
    Queue<String> read = new ConcurrentLinkedQueue<>();
    EventBus bus = opened.orElseThrow();
    Subscription all = Subscription.of("all-" + rounds++, "user.said").from(Start.earliest());
    Subscriber reading = bus.subscribe(all, event -> read.add(event.id()));
    within(LONG).until(() -> read.size() >= events);
    reading.close();
    assertThat(read)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, events).mapToObj(i -> "event-" + i).toList());
  }

  private void assertNamed(Where... places) {
    assertThat(verify(true).repaired()).isZero();
    assertThat(findings).extracting(Finding::where).containsExactlyInAnyOrder(places);
    assertThat(findings).extracting(Finding::remedy).hasOnlyElementsOfType(Remedy.ByHand.class);
  }

  @Test
  void aWholeArchiveHasNoFindings() {
    archived(350, 100, true);
    assertThat(verify(false).damages()).isZero();
    assertThat(findings).isEmpty();

    opened.orElseThrow().operations().erase("alice", Optional.empty(), false);
    assertThat(verify(true).damages()).isZero();
    assertThat(findings).isEmpty();
  }

  @Test
  void aFlippedBitIsRepairedWhereTheLogHasTheEvents() throws IOException {
    archived(350, 100, false);
    flip(segment(1));

    assertRepairable(piece(segment(1)));
  }

  @Test
  void aSegmentThatIsCutOffIsRepairedWhereTheLogHasTheEvents() throws IOException {
    archived(350, 100, false);
    Path cut = segment(2);
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 40));

    assertRepairable(piece(cut));
  }

  @Test
  void missingSegmentsAreWrittenAgainWhereTheLogHasTheEvents() throws IOException {
    archived(350, 100, false);
    Path last = segment(2);
    Files.delete(segment(1));

    assertRepairable(gap(100, 200));
    Files.delete(last);
    assertRepairable(gap(200, 300));
  }

  @Test
  void segmentsUnderEachOthersNamesAreWrittenAgainWhereTheLogHasTheEvents() throws IOException {
    archived(350, 100, false);
    swap();

    assertRepairable(piece(segment(0)), piece(segment(1)));
  }

  private void swap() throws IOException {
    byte[] first = Files.readAllBytes(segment(0));
    Files.write(segment(0), Files.readAllBytes(segment(1)));
    Files.write(segment(1), first);
  }

  @Test
  void whatNothingElseHoldsIsNamedAndLeftAsItIs() throws IOException {
    archived(350, 100, true);
    Path damaged = segment(1);
    flip(damaged);
    byte[] before = Files.readAllBytes(damaged);

    assertNamed(piece(damaged));

    assertThat(findings.getFirst().remedy().toString())
        .contains("mv '" + damaged + "' '" + damaged + ".given-up'");
    assertThat(damaged).hasBinaryContent(before);
    Files.move(damaged, file(damaged.getFileName() + ".given-up"));
    assertThat(verify(false).damages()).isZero();
    assertThat(findings).extracting(Finding::grade).containsExactly(Finding.Grade.NOTE);
  }

  @Test
  void swappedSegmentsThatNothingElseHoldsAreNotWrittenOver() throws IOException {
    archived(350, 100, true);
    Path first = segment(0);
    swap();

    assertNamed(piece(first), piece(segment(1)));

    assertThat(findings.getFirst().remedy().toString()).contains(segment(1).toString());
  }

  @Test
  void aHoleThatTheLogCannotFillIsNamed() throws IOException {
    archived(350, 100, true);
    Files.delete(segment(1));
    assertNamed(gap(100, 200));

    Files.delete(segment(1));
    assertNamed(gap(100, 300));
  }

  @Test
  void anEntryThatIsNotTheLogsIsNamedAndWrittenAgain() throws IOException {
    archived(350, 100, false);
    try (Backend live = live()) {
      live.log().erase(Samples.USER, "alice", List.of(Position.of(1), Position.of(10)));
    }
    Path first = segment(0);
    verify(false);
    assertThat(findings).extracting(Finding::where).containsExactly(piece(first));
    assertThat(findings.getFirst().what()).contains("says something else than the log at 1");

    assertThat(verify(true).repaired()).isEqualTo(1);
    assertThat(verify(false).damages()).isZero();
    Segment rewritten = new Shelf(store()).segment(segments().getFirst());
    assertThat(rewritten.entry(0).toString()).contains("erased");
  }

  @Test
  void aDictionaryIsMissedAndItsDamageNamed() throws IOException {
    archived(2_500, 1_200, true);
    Path dictionary;
    try (var files = Files.list(folder.resolve("old"))) {
      dictionary = files.filter(each -> each.toString().endsWith(".dictionary")).findFirst().get();
    }
    byte[] bytes = Files.readAllBytes(dictionary);
    flip(dictionary);
    assertNamed(piece(dictionary), piece(segment(0)), piece(segment(1)));

    Files.delete(dictionary);
    assertNamed(piece(segment(0)), piece(segment(1)));
    assertThat(findings.getFirst().what()).contains(dictionary.getFileName().toString());

    Files.write(dictionary, bytes);
    assertThat(verify(false).damages()).isZero();
  }

  @Test
  void whatIsLeftOverIsRemovedAndWhatNobodyKnowsIsNamed() throws IOException {
    archived(350, 100, true);
    EventBus bus = open(100);
    Path part = Files.writeString(file("user.0.300.400.segment.x.part"), "half");
    Files.setLastModifiedTime(part, FileTime.from(Instant.now().minus(Duration.ofMinutes(5))));
    Files.writeString(file("user.0.1.2.segment.bak"), "a copy");

    assertThat(bus.operations().verify(false, findings::add, _ -> {}))
        .extracting(Verified::damages, Verified::notes)
        .containsExactly(0L, 2L);
    bus.operations().verify(true, findings::add, _ -> {});

    assertThat(part).doesNotExist();
    assertThat(file("user.0.1.2.segment.bak")).exists();
  }

  @Test
  void whatHappensMeanwhileIsNoDamage() throws InterruptedException {
    EventBus bus = open(20);
    Backend live = Objects.requireNonNull(backend);
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger published = new AtomicInteger();
    Thread busy =
        Thread.ofPlatform()
            .start(() -> {
              while (!over.get()) {
                int from = published.getAndAdd(50);
                bus.publishAll(
                    IntStream.range(from, from + 50).mapToObj(VerifyTest::said).toList());
                bus.operations().erase("alice", Optional.of("user"), false);
                live.log().trim(Samples.USER, Optional.empty(), Optional.of(8_000L));
              }
            });
    try {
      within(LONG).until(() -> segments().size() > 5);
      for (int i = 0; i < 30; i++) {
        Verified verified = bus.operations().verify(i % 2 == 1, findings::add, _ -> {});
        assertThat(findings).isEmpty();
        assertThat(verified.damages()).isZero();
      }
    } finally {
      over.set(true);
      busy.join();
    }
    assertThat(live.log().size(Samples.USER).events()).isLessThan(published.get());
  }
}

package dev.rookery.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.BackendUnavailable;
import dev.rookery.BusConfig;
import dev.rookery.ConfigDiffers;
import dev.rookery.DamagedLog;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.PositionTrimmed;
import dev.rookery.Search;
import dev.rookery.archive.PartitionArchive.Step;
import dev.rookery.embedded.FileProvider;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.spi.Append;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Cursor;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Place;
import dev.rookery.spi.SegmentStore;
import dev.rookery.testkit.ManualEnvironment;
import dev.rookery.testkit.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What archiving leaves behind, wherever it ends. */
@Tag("P6")
class ArchivingTest {
  private static final Partition USER = Samples.USER;
  private static final int ALL = 100_000;
  private static final Pace PACE =
      new Pace(100, 1 << 20, Duration.ofMinutes(10), Duration.ofSeconds(1));

  /** A process that is gone between two steps. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  @TempDir Path folder;
  private final ManualEnvironment environment = new ManualEnvironment(1);
  private final BusConfig config = BusConfig.standard();
  private Backend live =
      new MemoryProvider().open(Address.parse("memory:" + UUID.randomUUID()), config, environment);

  @AfterEach
  void close() {
    live.close();
  }

  private FileStore store() {
    return FileStore.open(folder.resolve("old"), environment);
  }

  private Backend archived() {
    return ArchivedBackend.reading(live, store());
  }

  private EventLog log() {
    return archived().log();
  }

  private PartitionArchive archiver(SegmentStore store, Consumer<Step> steps) {
    return new PartitionArchive(
        USER, live, new Shelf(store), PACE, Retention.FOR_EVER, environment, steps);
  }

  private PartitionArchive archiver() {
    return archiver(store(), step -> {});
  }

  private void append(int from, int count) {
    List<Append> events = new ArrayList<>();
    for (int i = from; i < from + count; i++) {
      events.add(Samples.append("event-" + i));
    }
    live.log().append(USER, events);
    environment.advance(Duration.ofSeconds(1));
  }

  private static List<Entry> all(EventLog log) {
    List<Entry> entries = new ArrayList<>();
    Position after = log.earliest(USER).position();
    while (true) {
      List<Entry> more = log.read(USER, after, 77, 1 << 20);
      if (more.isEmpty()) {
        return entries;
      }
      entries.addAll(more);
      after = more.getLast().position();
    }
  }

  private void trim() {
    while (live.log().trim(USER, Optional.empty(), Optional.of(0L)) > 0) {}
  }

  private static void archiveAll(PartitionArchive archiver) {
    while (archiver.step() > 0) {}
  }

  /** Archives what makes full segments, and trims what may go. */
  private List<Entry> archivedAndTrimmed(int events) {
    Archiver.define(live, config);
    append(0, events);
    List<Entry> before = all(live.log());
    archiveAll(archiver());
    trim();
    return before;
  }

  private static void useUp(PartitionArchive archiver) {
    assertThatThrownBy(() -> archiveAll(archiver)).isInstanceOf(Killed.class);
  }

  private void killAt(Step fatal, boolean secondTime) {
    int[] left = {secondTime ? 2 : 1};
    useUp(
        archiver(
            store(),
            step -> {
              if (step == fatal && (step == Step.CLAIMED || --left[0] == 0)) {
                throw new Killed();
              }
            }));
  }

  private void killAtEachStepAndGoOn(Step fatal) {
    Archiver.define(live, config);
    append(0, 350);
    List<Entry> before = all(live.log());

    killAt(fatal, true);
    trim();
    assertThat(all(log())).isEqualTo(before);

    PartitionArchive next = archiver();
    assertThat(next.step()).isZero();
    environment.advance(Duration.ofSeconds(61));
    archiveAll(next);
    trim();

    assertThat(all(log())).isEqualTo(before);
    assertThat(live.log().size(USER).events()).isEqualTo(50);
    List<SegmentName> kept = new Shelf(store()).of(USER);
    assertThat(kept).hasSize(3);
    assertThat(kept.get(1).before()).isEqualTo(kept.get(0).last());
    assertThat(kept.get(2).before()).isEqualTo(kept.get(1).last());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REMOVED")
  void whoIsKilledAtAnyStepLosesNothingAndLeavesNoOverlap(Step fatal) {
    killAtEachStepAndGoOn(fatal);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REMOVED")
  void nothingIsLostBesideTheEmbeddedLogEither(Step fatal) {
    live.close();
    live =
        new FileProvider()
            .open(Address.parse("file:" + folder.resolve("data")), config, environment);
    killAtEachStepAndGoOn(fatal);
  }

  @Test
  void aCursorThatIsSavedBeforeTheSegmentIsStoredIsSeen() {
    Archiver.define(live, config);
    append(0, 150);
    var subscriptions = live.subscriptions();
    String name = PartitionArchive.SUBSCRIPTION;
    Claim claim =
        subscriptions.claim(name, USER, "hasty", Duration.ofSeconds(9), Optional.empty()).get();
    subscriptions.save(claim, Cursor.at(new Place(Position.of(100), 100)));
    trim();

    assertThatThrownBy(() -> log().read(USER, Position.ZERO, ALL, 1 << 20))
        .isInstanceOf(PositionTrimmed.class);
  }

  @Test
  void aTrimThatDoesNotWaitForTheArchiveIsSeen() {
    append(0, 150);
    trim();

    assertThat(all(log())).isEmpty();
  }

  @Test
  void trimmingWaitsForTheArchive() {
    Archiver.define(live, config);
    append(0, 150);
    trim();
    assertThat(live.log().size(USER).events()).isEqualTo(150);

    archiveAll(archiver());
    trim();

    assertThat(live.log().size(USER).events()).isEqualTo(50);
  }

  @Test
  void aFullDiskStopsArchivingAndTrimmingAndNothingElse() {
    Archiver.define(live, config);
    append(0, 150);
    List<Entry> before = all(live.log());
    boolean[] full = {true};
    PartitionArchive archiver = archiver(new FullStore(store(), () -> full[0]), step -> {});

    assertThatThrownBy(archiver::step).isInstanceOf(BackendUnavailable.class);
    trim();
    assertThat(all(log())).isEqualTo(before);

    full[0] = false;
    archiveAll(archiver);
    trim();
    assertThat(all(log())).isEqualTo(before);
    assertThat(live.log().size(USER).events()).isEqualTo(50);
  }

  @Test
  void aSegmentIsCutWhenItsEventsHaveWaitedLongEnough() {
    Archiver.define(live, config);
    append(0, 3);
    PartitionArchive archiver = archiver();
    assertThat(archiver.step()).isZero();

    environment.advance(Duration.ofMinutes(10));

    assertThat(archiver.step()).isEqualTo(3);
    assertThat(archiver.step()).isZero();
  }

  @Test
  void aPartitionHasOneArchiverAndAnotherAfterIt() {
    Archiver.define(live, config);
    append(0, 250);
    PartitionArchive one = archiver();
    PartitionArchive other = archiver();
    assertThat(one.step()).isEqualTo(100);
    assertThat(other.step()).isZero();
    environment.advance(Duration.ofSeconds(61));

    assertThat(other.step()).isEqualTo(100);
    assertThat(one.step()).isZero();

    other.release();
    environment.advance(Duration.ofMinutes(11));
    assertThat(one.step()).isZero();
    environment.advance(Duration.ofMinutes(11));
    assertThat(one.step()).isEqualTo(50);
  }

  @Test
  void segmentsOfAnotherHistoryGoWhenTheCursorIsBeforeThem() {
    Archiver.define(live, config);
    append(0, 300);
    List<Entry> before = all(live.log());
    archiveAll(archiver());
    live.subscriptions()
        .rewind(
            PartitionArchive.SUBSCRIPTION,
            java.util.Map.of(USER, new Place(Position.of(100), 100)));

    assertThat(archiver().step()).isEqualTo(100);

    assertThat(new Shelf(store()).of(USER)).hasSize(2);
    assertThat(all(log())).isEqualTo(before);
  }

  @Test
  void placesGoOnIntoTheArchive() {
    Instant began = environment.now();
    List<Entry> before = archivedAndTrimmed(350);
    EventLog log = log();

    assertThat(log.earliest(USER)).isEqualTo(Place.BEGINNING);
    assertThat(log.latest(USER).ordinal()).isEqualTo(350);
    for (int row : new int[] {0, 99, 100, 298, 299, 300, 349}) {
      Position position = before.get(row).position();
      assertThat(log.after(USER, position)).isEqualTo(new Place(position, row + 1));
    }
    assertThat(log.at(USER, began)).isEqualTo(Place.BEGINNING);
    assertThat(log.at(USER, environment.now())).isEqualTo(log.latest(USER));
  }

  @Test
  void aTimeLeadsToNoPlaceAfterItInTheArchive() {
    Archiver.define(live, config);
    List<Instant> taken = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      taken.add(environment.now());
      append(10 * i, 10);
    }
    archiveAll(archiver());
    trim();
    EventLog log = log();

    for (int i = 0; i < 30; i++) {
      long ordinal = log.at(USER, taken.get(i)).ordinal();
      assertThat(ordinal).isBetween(10L * i - 99, 10L * i);
    }
  }

  @Test
  void whatIsArchivedIsFoundAndSearched() {
    List<Entry> before = archivedAndTrimmed(350);
    EventLog log = log();
    Entry.Stored early = (Entry.Stored) before.get(42);

    assertThat(log.find("event-42"))
        .singleElement()
        .satisfies(found -> assertThat(found.event()).isEqualTo(early.event()));
    assertThat(log.find("event-342")).hasSize(1);
    assertThat(log.find("nothing")).isEmpty();
    assertThat(searched(log, Search.ALL.correlation("event-42"))).containsExactly("event-42");
    assertThat(searched(log, Search.ALL.source("bot-1"))).hasSize(350);
    assertThat(searched(log, Search.ALL.source("bot-2"))).isEmpty();
    assertThat(searched(log, Search.ALL.key("no such key"))).isEmpty();
  }

  private static List<String> searched(EventLog log, Search wanted) {
    List<String> ids = new ArrayList<>();
    Position after = log.earliest(USER).position();
    while (true) {
      EventLog.Found part = log.search(USER, wanted, after, 33);
      part.events().forEach(stored -> ids.add(stored.event().id()));
      if (part.end()) {
        return ids;
      }
      assertThat(part.reached()).isGreaterThan(after);
      after = part.reached();
    }
  }

  private Path flipABit(int number) throws IOException {
    SegmentName name = new Shelf(store()).of(USER).get(number);
    Path file = folder.resolve("old").resolve(name.toString());
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 4;
    Files.write(file, bytes);
    return file;
  }

  @Test
  void aDamagedSegmentIsNamedAndOnlyPassedOverByDecision() throws IOException {
    List<Entry> before = archivedAndTrimmed(350);
    Path file = flipABit(1);
    EventLog log = log();

    assertThat(log.read(USER, Position.ZERO, 100, 1 << 20)).hasSize(100);
    assertThatThrownBy(() -> log.read(USER, Position.of(100), ALL, 1 << 20))
        .isInstanceOf(DamagedLog.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(".given-up");
    assertThatThrownBy(() -> all(log())).isInstanceOf(DamagedLog.class);

    Files.move(file, file.resolveSibling(file.getFileName() + ".given-up"));

    List<Entry> intact = new ArrayList<>(before.subList(0, 100));
    intact.addAll(before.subList(200, 350));
    assertThat(all(log())).isEqualTo(intact);
  }

  @Test
  void aReadGoesOnOverTheEndsOfSegmentsAndOfTheArchive() {
    List<Entry> before = archivedAndTrimmed(350);
    EventLog log = log();

    assertThat(log.read(USER, Position.ZERO, ALL, 1 << 20)).isEqualTo(before);
    assertThat(log.follow(USER, Position.of(70), 250, 1 << 20)).isEqualTo(before.subList(70, 320));
    long bytes = before.subList(90, 120).stream().mapToLong(Entry::sizeBytes).sum();
    assertThat(log.read(USER, Position.of(90), ALL, bytes)).isEqualTo(before.subList(90, 120));
    assertThat(log.read(USER, Position.of(90), ALL, bytes - 1)).isEqualTo(before.subList(90, 119));
    assertThat(log.read(USER, Position.of(99), ALL, 1)).isEqualTo(before.subList(99, 100));
  }

  @Test
  void aSegmentThatIsMissingIsAHoleAndNoEnd() throws IOException {
    archivedAndTrimmed(350);
    SegmentName name = new Shelf(store()).of(USER).get(1);
    Files.delete(folder.resolve("old").resolve(name.toString()));

    assertThatThrownBy(() -> all(log())).isInstanceOf(PositionTrimmed.class);
  }

  @Test
  void whatADiskChangedWhileItWasWrittenIsNotTrimmed() {
    Archiver.define(live, config);
    append(0, 150);
    SegmentStore careless = new CarelessStore(store());

    assertThatThrownBy(() -> archiver(careless, step -> {}).step()).isInstanceOf(DamagedLog.class);
    trim();

    assertThat(live.log().size(USER).events()).isEqualTo(150);
  }

  private Backend opened(Backend log, String archive) {
    FileStore store = FileStore.open(folder.resolve(archive), environment);
    return ArchivedBackend.of(log, store, config, PACE, environment);
  }

  private Backend another() {
    return new MemoryProvider()
        .open(Address.parse("memory:" + UUID.randomUUID()), config, environment);
  }

  @Test
  void anArchiveOfAnotherLogIsRefusedAndLeftAlone() {
    Archiver.define(live, config);
    Belonging.check(live, store(), environment);
    archivedAndTrimmed(350);
    Backend other = another();

    assertThatThrownBy(() -> opened(other, "old")).isInstanceOf(ConfigDiffers.class);
    assertThatThrownBy(() -> opened(live, "empty"))
        .isInstanceOf(ConfigDiffers.class)
        .hasMessageContaining("empty");
    other.close();

    assertThat(all(log())).hasSize(350);
    Belonging.check(live, store(), environment);
  }
}

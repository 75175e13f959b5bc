package dev.rookery.embedded;

import static dev.rookery.embedded.Fixture.USER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rookery.Address;
import dev.rookery.Backup;
import dev.rookery.BackupDamaged;
import dev.rookery.DamagedLog;
import dev.rookery.Draft;
import dev.rookery.EpochChanged;
import dev.rookery.EventBus;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.PlaceTaken;
import dev.rookery.Position;
import dev.rookery.RestoreUnfinished;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.backup.BackupReader;
import dev.rookery.backup.Restore;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Environment;
import dev.rookery.spi.Piece;
import dev.rookery.spi.Place;
import dev.rookery.spi.Restoration;
import dev.rookery.spi.Snapshot;
import dev.rookery.testkit.Samples;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a log that goes on, and logs that are made of them. */
@Tag("P1")
@Timeout(300)
class BackupTest {
  private static final Subscription ALL = Subscription.of("all", "user.**").from(Start.earliest());

  @TempDir Path folder;

  private Path from() {
    return folder.resolve("from");
  }

  private Path to() {
    return folder.resolve("to");
  }

  private static byte[] backup(EventBus bus) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Backup backup = bus.operations().backup()) {
      backup.writeTo(bytes, events -> {});
    }
    return bytes.toByteArray();
  }

  private static byte[] backup(Path log) throws IOException {
    try (EventBus bus = EventBus.open("file:" + log)) {
      return backup(bus);
    }
  }

  private static Backup.Header restore(byte[] backup, Path log) throws IOException {
    return Restore.run(
        new ByteArrayInputStream(backup),
        Address.parse("file:" + log),
        Environment.system(),
        events -> {});
  }

  private static List<Piece> pieces(byte[] backup) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    try (BackupReader reader = new BackupReader(new ByteArrayInputStream(backup))) {
      for (List<Piece> some = reader.next(); !some.isEmpty(); some = reader.next()) {
        pieces.addAll(some);
      }
    }
    return pieces;
  }

  private static Draft draft(String id) {
    return Draft.of("user.said", "{\"id\":\"" + id + "\"}").source("bot").id(id).key("k");
  }

  private void publish(int first, int last) {
    try (EventBus bus = EventBus.open("file:" + from())) {
      for (int number = first; number <= last; number++) {
        bus.publish(draft("e" + number));
      }
    }
  }

  // ---- while it runs

  @Test
  void everyEventAcknowledgedBeforeItBeganIsThereAndSubscriptionsGoOnWhereTheyWere()
      throws Exception {
    List<String> acknowledged = new CopyOnWriteArrayList<>();
    Set<String> handled = ConcurrentHashMap.newKeySet();
    AtomicBoolean done = new AtomicBoolean();
    List<byte[]> backups = new ArrayList<>();
    List<Integer> before = new ArrayList<>();
    try (EventBus bus = EventBus.open("file:" + from())) {
      bus.subscribe(ALL, event -> handled.add(event.id()));
      Thread publisher = Thread.ofVirtual().start(() -> publishUntil(done, bus, acknowledged));
      for (int round = 1; round <= 3; round++) {
        int least = round * 1_000;
        await().atMost(Duration.ofMinutes(1)).until(() -> acknowledged.size() >= least);
        before.add(acknowledged.size());
        backups.add(backup(bus));
      }
      done.set(true);
      publisher.join();
    }
    for (int round = 0; round < backups.size(); round++) {
      Path log = folder.resolve("to" + round);
      restore(backups.get(round), log);
      checkRestored(log, acknowledged, before.get(round), handled);
    }
  }

  private static void publishUntil(AtomicBoolean done, EventBus bus, List<String> acknowledged) {
    long due = System.nanoTime();
    for (int number = 0; !done.get(); number++) {
      bus.publish(draft("e" + number));
      acknowledged.add("e" + number);
      due += 1_000_000;
      LockSupport.parkNanos(due - System.nanoTime());
    }
  }

  private static void checkRestored(
      Path log, List<String> acknowledged, int before, Set<String> handledThere) {
    List<String> ids;
    Position floor;
    try (FileBackend backend = Fixture.open(log)) {
      ids = Fixture.ids(backend);
      floor = backend.subscriptions().cursors("all").get(USER).floor().position();
    }
    assertThat(ids).hasSizeGreaterThanOrEqualTo(before);
    assertThat(ids).isEqualTo(acknowledged(acknowledged, ids.size()));
    assertThat(floor.high()).isPositive().isLessThanOrEqualTo(ids.size());
    Set<String> handledHere = ConcurrentHashMap.newKeySet();
    try (EventBus bus = EventBus.open("file:" + log)) {
      bus.subscribe(ALL, event -> handledHere.add(event.id()));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> bus.operations().subscription("all").lagEvents() == 0);
    }
    List<String> all = new ArrayList<>(handledHere);
    all.addAll(handledThere);
    assertThat(all).as("lost 0").containsAll(ids);
    assertThat(handledHere).doesNotContainAnyElementsOf(ids.subList(0, (int) floor.high()));
    System.out.printf(
        "acknowledged before %d, restored %d, floor %s, handled after %d, lost 0%n",
        before, ids.size(), floor, handledHere.size());
  }

  private static List<String> acknowledged(List<String> acknowledged, int count) {
    return acknowledged.size() >= count
        ? acknowledged.subList(0, count)
        : java.util.stream.IntStream.range(0, count).mapToObj(number -> "e" + number).toList();
  }

  @Test
  void whatIsStillToBeReadIsNotTrimmed() {
    try (FileBackend backend = Fixture.open(from())) {
      backend.log().append(USER, Samples.appends("event-", 2_000));
      try (Snapshot snapshot = backend.snapshot()) {
        long first = snapshot.next().stream().filter(Piece.Stored.class::isInstance).count();
        trimAll(backend);

        assertThat(backend.log().earliest(USER).ordinal()).isEqualTo(first).isPositive();
        assertThat(first + rest(snapshot)).isEqualTo(2_000);
      }
      trimAll(backend);
      assertThat(backend.log().size(USER).events()).isZero();
    }
  }

  @Test
  void trimmingThatKnowsOfNoBackupIsFoundOut() {
    try (FileBackend backend = Fixture.open(from())) {
      backend.log().append(USER, Samples.appends("event-", 2_000));
      try (Snapshot snapshot = backend.snapshot()) {
        snapshot.next();
        PartitionState state = partition(backend);
        backend
            .writer()
            .write(
                new TrimSlice(
                    state,
                    Optional.empty(),
                    Optional.of(0L),
                    Duration.ofMinutes(10),
                    Environment.system(),
                    new Holds()));

        assertThatThrownBy(() -> rest(snapshot)).isInstanceOf(DamagedLog.class);
      }
    }
  }

  /** The log's own state, by way of what it does not hide. */
  private static PartitionState partition(FileBackend backend) {
    return backend.partitions().find(USER).orElseThrow();
  }

  private static void trimAll(FileBackend backend) {
    while (backend.log().trim(USER, Optional.empty(), Optional.of(0L)) > 0) {}
  }

  private static long rest(Snapshot snapshot) {
    long events = 0;
    for (List<Piece> some = snapshot.next(); !some.isEmpty(); some = snapshot.next()) {
      events += some.stream().filter(Piece.Stored.class::isInstance).count();
    }
    return events;
  }

  @Test
  void aSlowReaderDoesNotLetTheWriteAheadFileGrow() throws IOException {
    try (FileBackend backend = Fixture.open(from())) {
      backend.log().append(USER, Samples.appends("event-", 10));
      long whileRead;
      try (Snapshot snapshot = backend.snapshot()) {
        fill(backend, 0);
        whileRead = walBytes();
        assertThat(rest(snapshot)).isEqualTo(10);
      }
      long whileHeld;
      try (Session held = Session.reading(backend.database())) {
        held.execute("BEGIN");
        held.first(row -> row.getLong(1), "SELECT count(*) FROM events");
        fill(backend, 1);
        whileHeld = walBytes();
      } catch (java.sql.SQLException e) {
        throw new IOException(e);
      }
      System.out.printf(
          "write-ahead file while a backup is read slowly %d kB, under one transaction %d kB%n",
          whileRead / 1_000, whileHeld / 1_000);
      assertThat(whileRead).isLessThan(50_000_000);
      assertThat(whileHeld).as("the control").isGreaterThan(60_000_000);
    }
  }

  private long walBytes() throws IOException {
    return Files.size(from().resolve(Fixture.WAL));
  }

  /** About 80 MB. */
  private static void fill(FileBackend backend, int round) {
    String text = "x".repeat(8_000);
    for (int batch = 0; batch < 100; batch++) {
      List<dev.rookery.spi.Append> appends = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        String id = "fill-" + round + "-" + batch + "-" + i;
        appends.add(
            Samples.append(Samples.event(id, "bot", dev.rookery.Payload.json("\"" + text + "\""))));
      }
      backend.log().append(USER, appends);
    }
  }

  // ---- what comes back

  @Test
  void everythingComesBackAsItWas() throws IOException {
    try (FileBackend backend = Fixture.open(from())) {
      Samples.nastyEvents()
          .forEach(event -> backend.log().append(USER, List.of(Samples.append(event))));
      backend.log().append(USER, Samples.appends("event-", 700));
      backend.subscriptions().define(ALL, Map.of(USER, Place.BEGINNING));
      backend.subscriptions().pause("all", true);
      Claim claim =
          backend
              .subscriptions()
              .claim("all", USER, "owner", Duration.ofSeconds(5), Optional.empty())
              .orElseThrow();
      backend.deadLetters().bury(claim, letters());
      backend.deadLetters().redrive(List.of(letters().getFirst().id()));
    }
    byte[] first = backup(from());
    restore(first, to());

    List<Piece> then = withoutEpochs(pieces(first));
    assertThat(withoutEpochs(pieces(backup(to())))).isEqualTo(then);
    assertThat(then).filteredOn(Piece.Letter.class::isInstance).hasSize(300);
    try (FileBackend restored = Fixture.open(to())) {
      Claim again =
          restored
              .subscriptions()
              .claim("all", USER, "owner", Duration.ofSeconds(5), Optional.empty())
              .orElseThrow();
      assertThat(again.epoch()).as("fences all that was given before").isGreaterThan(1_000_000);
      assertThat(restored.log().append(USER, Samples.appends("event-7")).getFirst())
          .isInstanceOf(dev.rookery.spi.Appended.Duplicate.class);
    }
  }

  private static List<dev.rookery.DeadLetter> letters() {
    return java.util.stream.IntStream.range(0, 300)
        .mapToObj(number -> Samples.letter("all", USER, 1 + number, "k"))
        .toList();
  }

  private static List<Piece> withoutEpochs(List<Piece> pieces) {
    return pieces.stream()
        .filter(
            piece -> !(piece instanceof Piece.Setting setting && setting.name().equals("epoch")))
        .map(piece ->
            piece instanceof Piece.Progress at
                ? new Piece.Progress(at.subscription(), at.partition(), at.cursor(), 0)
                : piece)
        .toList();
  }

  @Test
  void aTrimmedLogGoesOnWithItsPositions() throws IOException {
    try (FileBackend backend = Fixture.open(from())) {
      backend.log().append(USER, Samples.appends("event-", 1_500));
      backend.log().trim(USER, Optional.empty(), Optional.of(0L));
      assertThat(backend.log().size(USER).first()).contains(Position.of(1_001));
    }
    restore(backup(from()), to());

    try (FileBackend restored = Fixture.open(to())) {
      assertThat(restored.log().size(USER).first()).contains(Position.of(1_001));
      assertThat(restored.log().append(USER, Samples.appends("new")).getFirst().position())
          .isEqualTo(Position.of(1_501));
    }
  }

  // ---- history that went back

  @Test
  void whoKnewMoreThanTheBackupNoticesAtTheFirstRead() throws IOException {
    publish(1, 10);
    byte[] backup = backup(from());
    publish(11, 20);
    Page there = readAfter(from(), Start.earliest());
    restore(backup, to());
    Start known = new Start.After(there.next());

    assertThat(readAfter(from(), known).events()).as("the control").isEmpty();
    assertThatThrownBy(() -> readAfter(to(), known))
        .isInstanceOf(EpochChanged.class)
        .hasMessageContaining("begin at earliest");
    try (EventBus bus = EventBus.open("file:" + to())) {
      for (int number = 101; number <= 200; number++) {
        bus.publish(draft("other" + number));
      }
    }
    assertThatThrownBy(() -> readAfter(to(), known))
        .as("though the positions were given again")
        .isInstanceOf(EpochChanged.class);
    Page here = readAfter(to(), Start.earliest());
    assertThat(readAfter(to(), new Start.After(here.next())).events()).isEmpty();
    assertThatThrownBy(() -> readAfter(from(), new Start.After(here.next())))
        .isInstanceOf(EpochChanged.class);
  }

  @Test
  void aFolderThatWasPutBackByHandIsNoticedToo() throws IOException {
    publish(1, 10);
    Path old = Fixture.copy(from(), to());
    publish(11, 20);
    Start known = new Start.After(readAfter(from(), Start.earliest()).next());

    assertThatThrownBy(() -> readAfter(old, known)).isInstanceOf(EpochChanged.class);
    try (FileBackend backend = Fixture.open(old)) {
      assertThatThrownBy(() -> backend.log().read(USER, Position.of(20), 1, 1))
          .isInstanceOf(EpochChanged.class);
    }
  }

  private static Page readAfter(Path log, Start from) {
    try (EventBus bus = EventBus.open("file:" + log)) {
      return bus.operations()
          .read(new ReadRequest(List.of(), Optional.empty(), from, 1_000, Duration.ZERO));
    }
  }

  // ---- what is not whole

  @Test
  void aFlippedBitIsRefusedOrMeansNothing() throws IOException {
    publish(1, 60);
    byte[] backup = backup(from());
    List<Piece> then = pieces(backup);
    int refused = 0;
    int harmless = 0;
    for (int at = 0; at < backup.length; at++) {
      byte[] flipped = backup.clone();
      flipped[at] ^= (byte) (1 << at % 8);
      try {
        assertThat(pieces(flipped)).as("byte %d", at).isEqualTo(then);
        harmless++;
      } catch (BackupDamaged named) {
        assertThat(named).hasMessageMatching("(?s).*(line \\d+|no backup).*");
        refused++;
      }
    }
    System.out.printf(
        "bytes %d, a bit of each flipped: refused %d, of no meaning %d%n",
        backup.length, refused, harmless);
    assertThat(harmless).as("gzip's unused header fields and padding").isLessThan(10);
  }

  @Test
  void aBackupThatIsCutAnywhereIsRefused() throws IOException {
    publish(1, 20);
    byte[] backup = backup(from());

    for (int length = 0; length < backup.length; length++) {
      byte[] cut = Arrays.copyOf(backup, length);
      assertThatThrownBy(() -> pieces(cut))
          .as("%d bytes", length)
          .isInstanceOf(BackupDamaged.class);
    }
  }

  @Test
  void aDamagedBackupLeavesNothing() throws IOException {
    publish(1, 3_000);
    byte[] backup = backup(from());
    backup[backup.length * 3 / 4] ^= 1;

    assertThatThrownBy(() -> restore(backup, to())).isInstanceOf(BackupDamaged.class);
    assertThat(to()).isEmptyDirectory();
  }

  @Test
  void aBackupThatLacksAnEventIsRefused() throws IOException {
    publish(1, 20);
    byte[] backup = backup(from());
    Backup.Header header;
    try (BackupReader reader = new BackupReader(new ByteArrayInputStream(backup))) {
      header = reader.header();
    }
    List<Piece> pieces = new ArrayList<>(pieces(backup));
    pieces.removeLast();

    try (Restoration restoration = begin(header)) {
      restoration.take(pieces);
      assertThatThrownBy(() -> restoration.finish("e"))
          .isInstanceOf(BackupDamaged.class)
          .hasMessageContaining("20 events");
    }
    assertThat(to()).isEmptyDirectory();
  }

  private Restoration begin(Backup.Header header) {
    return new FileProvider().restore(Address.parse("file:" + to()), header, Environment.system());
  }

  @Test
  void nothingOpensWhatARestoreLeftUnfinished() throws IOException {
    publish(1, 20);
    byte[] backup = backup(from());
    try (BackupReader reader = new BackupReader(new ByteArrayInputStream(backup));
        Restoration restoration = begin(reader.header())) {
      restoration.take(reader.next());
      Path killed = Fixture.copy(to(), folder.resolve("killed"));
      Files.copy(to().resolve("restoring"), killed.resolve("restoring"));

      assertThatThrownBy(() -> Fixture.open(killed))
          .isInstanceOf(RestoreUnfinished.class)
          .hasMessageContaining("remove the folder");
      assertThatThrownBy(() -> restore(backup, killed)).isInstanceOf(PlaceTaken.class);
      Files.delete(killed.resolve("restoring"));
      try (FileBackend opened = Fixture.open(killed)) {
        assertThat(Fixture.ids(opened)).as("the control: it would have").hasSize(20);
      }
    }
  }

  @Test
  void nothingIsRestoredOverAnything() throws IOException {
    publish(1, 20);
    byte[] backup = backup(from());

    assertThatThrownBy(() -> restore(backup, from()))
        .isInstanceOf(PlaceTaken.class)
        .hasMessageContaining("name a new folder");
    try (FileBackend backend = Fixture.open(from())) {
      assertThat(Fixture.ids(backend)).hasSize(20);
    }
  }

  @Test
  void noBackupIsMadeOfADamagedLog() throws Exception {
    publish(1, 20);
    try (Session session = Session.writing(from().resolve(Store.DATABASE))) {
      session.update("UPDATE events SET body = x'0102' WHERE place & 0xffff = 7");
      session.commit();
    }

    assertThatThrownBy(() -> backup(from()))
        .isInstanceOf(DamagedLog.class)
        .hasMessageContaining("position 7 of user/0");
  }

  @Test
  @Tag("nightly")
  void aDiskWithoutRoomIsNamedAndLeftAsItWas() throws Exception {
    try (EventBus bus = EventBus.open("file:" + from())) {
      for (int i = 0; i < 2_000; i++) {
        bus.publish(Draft.of("user.said", "\"" + "x".repeat(8_000) + i + "\"").source("b"));
      }
    }
    byte[] backup = backup(from());
    try (SmallDisk disk = SmallDisk.mount(folder.resolve("small"), 8)) {
      assertThatThrownBy(() -> restore(backup, disk.log()))
          .isInstanceOf(dev.rookery.LogFull.class)
          .hasMessageContaining("does not fit");
      assertThat(disk.log()).isEmptyDirectory();
    }
  }
}

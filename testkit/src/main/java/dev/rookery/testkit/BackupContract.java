package dev.rookery.testkit;

import static dev.rookery.testkit.Samples.USER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rookery.Address;
import dev.rookery.Backup;
import dev.rookery.BackupDamaged;
import dev.rookery.BusConfig;
import dev.rookery.DeadLetter;
import dev.rookery.Draft;
import dev.rookery.EpochChanged;
import dev.rookery.EventBus;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.PlaceTaken;
import dev.rookery.Position;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.audit.AuditRecord;
import dev.rookery.backup.BackupReader;
import dev.rookery.backup.Restore;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.Piece;
import dev.rookery.spi.Place;
import dev.rookery.spi.Restoration;
import dev.rookery.spi.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Backups of a log that goes on, and logs that are made of them. */
@Timeout(900)
public abstract class BackupContract {
  private static final Subscription ALL = Subscription.of("all", "user.**").from(Start.earliest());

  /** The address of a place where nothing is yet, by its name within this test. */
  protected abstract String address(String name);

  protected final String from() {
    return address("from");
  }

  protected final String to() {
    return address("to");
  }

  /** A store without an engine. */
  protected static Backend open(String address) {
    Address where = Address.parse(address);
    return provider(where).open(where, BusConfig.standard(), Environment.system());
  }

  private static Backend.Provider provider(Address address) {
    return ServiceLoader.load(Backend.Provider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(each -> each.schemes().contains(address.scheme()))
        .findFirst()
        .orElseThrow();
  }

  protected static byte[] backup(EventBus bus) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Backup backup = bus.operations().backup()) {
      backup.writeTo(bytes, events -> {});
    }
    return bytes.toByteArray();
  }

  protected static byte[] backup(String log) throws IOException {
    try (EventBus bus = EventBus.open(log)) {
      return backup(bus);
    }
  }

  protected static Backup.Header restore(byte[] backup, String log) throws IOException {
    return Restore.run(
        new ByteArrayInputStream(backup), Address.parse(log), Environment.system(), events -> {});
  }

  protected static Restoration begin(String log, Backup.Header header) {
    Address where = Address.parse(log);
    return provider(where).restore(where, header, Environment.system());
  }

  protected static Backup.Header header(byte[] backup) throws IOException {
    try (BackupReader reader = new BackupReader(new ByteArrayInputStream(backup))) {
      return reader.header();
    }
  }

  protected static List<Piece> pieces(byte[] backup) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    try (BackupReader reader = new BackupReader(new ByteArrayInputStream(backup))) {
      for (List<Piece> some = reader.next(); !some.isEmpty(); some = reader.next()) {
        pieces.addAll(some);
      }
    }
    return pieces;
  }

  protected static Draft draft(String id) {
    return Draft.of("user.said", "{\"id\":\"" + id + "\"}").source("bot").id(id).key("k");
  }

  protected final void publish(int first, int last) {
    try (EventBus bus = EventBus.open(from())) {
      for (int number = first; number <= last; number++) {
        bus.publish(draft("e" + number));
      }
    }
  }

  protected static List<String> ids(Backend backend) {
    List<String> ids = new ArrayList<>();
    EventLog log = backend.log();
    Position after = log.earliest(USER).position();
    for (List<Entry> some = log.read(USER, after, 1_000, 1 << 24);
        !some.isEmpty();
        some = log.read(USER, after, 1_000, 1 << 24)) {
      ids.addAll(Samples.ids(some));
      after = some.getLast().position();
    }
    return ids;
  }

  private static List<String> idsAt(String address) {
    try (Backend backend = open(address)) {
      return ids(backend);
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
    try (EventBus bus = EventBus.open(from())) {
      bus.subscribe(ALL, event -> handled.add(event.id()));
      Thread publisher = Thread.ofVirtual().start(() -> publishUntil(done, bus, acknowledged));
      for (int round = 1; round <= 3; round++) {
        int least = round * 1_000;
        await()
            .atMost(Duration.ofMinutes(4))
            .until(() -> acknowledged.size() >= least && isUnderWay(bus));
        before.add(acknowledged.size());
        backups.add(backup(bus));
      }
      done.set(true);
      publisher.join();
    }
    for (int round = 0; round < backups.size(); round++) {
      String log = address("to" + round);
      restore(backups.get(round), log);
      checkRestored(log, acknowledged, before.get(round), handled);
    }
  }

  /** Whether the store knows that the subscription has handled something. */
  private static boolean isUnderWay(EventBus bus) {
    return bus.operations().rewind("all", Start.latest(), true).stream()
        .anyMatch(move -> move.from().isAfter(Position.ZERO));
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
      String log, List<String> acknowledged, int before, Set<String> handledThere) {
    List<String> ids;
    Position floor;
    try (Backend backend = open(log)) {
      ids = ids(backend);
      floor =
          Objects.requireNonNull(backend.subscriptions().cursors("all").get(USER))
              .floor()
              .position();
    }
    assertThat(ids).hasSizeGreaterThanOrEqualTo(before);
    assertThat(ids).isEqualTo(acknowledged(acknowledged, ids.size()));
    assertThat(floor.high()).isPositive().isLessThanOrEqualTo(ids.size());
    Set<String> handledHere = ConcurrentHashMap.newKeySet();
    try (EventBus bus = EventBus.open(log)) {
      bus.subscribe(ALL, event -> handledHere.add(event.id()));
      await()
          .atMost(Duration.ofMinutes(4))
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
        : IntStream.range(0, count).mapToObj(number -> "e" + number).toList();
  }

  @Test
  void whatIsStillToBeReadIsNotTrimmed() {
    try (Backend backend = open(from())) {
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

  protected static void trimAll(Backend backend) {
    while (backend.log().trim(USER, Optional.empty(), Optional.of(0L)) > 0) {}
  }

  protected static long rest(Snapshot snapshot) {
    long events = 0;
    for (List<Piece> some = snapshot.next(); !some.isEmpty(); some = snapshot.next()) {
      events += some.stream().filter(Piece.Stored.class::isInstance).count();
    }
    return events;
  }

  // ---- what comes back

  /** Events, a subscription and dead letters of every kind. */
  protected static void fill(Backend backend) {
    Samples.nastyEvents()
        .forEach(event -> backend.log().append(USER, List.of(Samples.append(event))));
    backend.log().append(USER, Samples.appends("event-", 700));
    backend.subscriptions().define(ALL, Map.of(USER, Place.BEGINNING));
    backend.subscriptions().pause("all", true);
    backend.deadLetters().bury(claim(backend), letters());
    backend.deadLetters().redrive(List.of(letters().getFirst().id()));
  }

  private static Claim claim(Backend backend) {
    return backend
        .subscriptions()
        .claim("all", USER, "owner", Duration.ofSeconds(5), Optional.empty())
        .orElseThrow();
  }

  private static List<DeadLetter> letters() {
    return IntStream.range(0, 300)
        .mapToObj(number -> Samples.letter("all", USER, 1 + number, "k"))
        .toList();
  }

  @Test
  void everythingComesBackAsItWas() throws IOException {
    try (Backend backend = open(from())) {
      fill(backend);
    }
    byte[] first = backup(from());
    restore(first, to());

    List<Piece> then = withoutEpochs(pieces(first));
    assertThat(withoutEpochs(pieces(backup(to())))).isEqualTo(then);
    assertThat(then).filteredOn(Piece.Letter.class::isInstance).hasSize(300);
    try (Backend restored = open(to())) {
      assertThat(claim(restored).epoch())
          .as("fences all that was given before")
          .isGreaterThan(1_000_000);
      assertThat(restored.log().append(USER, Samples.appends("event-7")).getFirst())
          .isInstanceOf(Appended.Duplicate.class);
    }
  }

  /** A backup's pieces but for what each restoring changes, and records in the audit. */
  protected static List<Piece> withoutEpochs(List<Piece> pieces) {
    return pieces.stream()
        .filter(piece ->
            switch (piece) {
              case Piece.Setting setting -> !setting.name().endsWith("epoch");
              case Piece.Stored stored -> !stored.event().source().equals(AuditRecord.SOURCE);
              default -> true;
            })
        .map(piece ->
            piece instanceof Piece.Progress at
                ? new Piece.Progress(at.subscription(), at.partition(), at.cursor(), 0)
                : piece)
        .toList();
  }

  @Test
  void aTrimmedLogGoesOnWithItsPositions() throws IOException {
    EventLog.PartitionSize then;
    try (Backend backend = open(from())) {
      backend.log().append(USER, Samples.appends("event-", 1_500));
      long third = backend.log().size(USER).bytes() / 3;
      while (backend.log().trim(USER, Optional.empty(), Optional.of(third)) > 0) {}
      then = backend.log().size(USER);
      assertThat(then.events()).isBetween(1L, 700L);
    }
    restore(backup(from()), to());

    try (Backend restored = open(to())) {
      assertThat(restored.log().size(USER).first()).isEqualTo(then.first());
      assertThat(restored.log().size(USER).events()).isEqualTo(then.events());
      assertThat(restored.log().append(USER, Samples.appends("new")).getFirst().position())
          .isEqualTo(Position.of(1_501));
      trimAll(restored);
      assertThat(restored.log().size(USER).events()).isZero();
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
    try (EventBus bus = EventBus.open(to())) {
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

  protected static Page readAfter(String log, Start from) {
    try (EventBus bus = EventBus.open(log)) {
      return bus.operations()
          .read(new ReadRequest(List.of(), Optional.empty(), from, 1_000, Duration.ZERO));
    }
  }

  // ---- what is not whole

  @Test
  void aDamagedBackupLeavesNothingInTheWayOfTheNext() throws IOException {
    publish(1, 3_000);
    byte[] backup = backup(from());
    byte[] damaged = backup.clone();
    damaged[backup.length * 3 / 4] ^= 1;

    assertThatThrownBy(() -> restore(damaged, to())).isInstanceOf(BackupDamaged.class);

    restore(backup, to());
    assertThat(idsAt(to())).hasSize(3_000);
  }

  @Test
  void aBackupThatLacksAnEventIsRefused() throws IOException {
    publish(1, 20);
    byte[] backup = backup(from());
    List<Piece> pieces = new ArrayList<>(pieces(backup));
    pieces.removeLast();

    try (Restoration restoration = begin(to(), header(backup))) {
      restoration.take(pieces);
      assertThatThrownBy(() -> restoration.finish("e"))
          .isInstanceOf(BackupDamaged.class)
          .hasMessageContaining("20 events");
    }
    restore(backup, to());
    assertThat(idsAt(to())).hasSize(20);
  }

  @Test
  void anEventOutOfItsPlaceIsRefused() throws IOException {
    publish(1, 20);
    byte[] backup = backup(from());
    List<Piece> pieces = new ArrayList<>(pieces(backup));
    pieces.remove(pieces.size() - 5);

    try (Restoration restoration = begin(to(), header(backup))) {
      assertThatThrownBy(() -> restoration.take(pieces))
          .isInstanceOf(BackupDamaged.class)
          .hasMessageContaining("out of place");
    }
  }

  @Test
  void nothingIsRestoredOverAnything() throws IOException {
    publish(1, 20);
    byte[] backup = backup(from());

    assertThatThrownBy(() -> restore(backup, from()))
        .isInstanceOf(PlaceTaken.class)
        .hasMessageContaining("name a");
    assertThat(idsAt(from())).hasSize(20);
  }
}

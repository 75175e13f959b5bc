package dev.rookery.redis;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.rookery.Draft;
import dev.rookery.Durability;
import dev.rookery.EventBus;
import dev.rookery.Position;
import dev.rookery.Receipt;
import dev.rookery.RookeryException;
import dev.rookery.spi.Entry;
import dev.rookery.testkit.DiskStep;
import dev.rookery.testkit.Platter;
import dev.rookery.testkit.RecordingDisk;
import dev.rookery.testkit.RecordingDisk.Fault;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The power is cut under a Redis that takes events, {@code -Drookery.powerCuts} times, each time on
 * what the cut before left. Of its append-only file there is what was synced, and of the rest any
 * part, sector by sector. Where that part has a hole Redis refuses to start, and the file is mended
 * with the program that it has for that.
 */
@Tag("P1")
@Tag("nightly")
@Timeout(1_800)
class RedisPowerCutTest {
  private static final int CUTS = Integer.getInteger("rookery.powerCuts", 10);
  private static final int PUBLISHERS = 8;
  private static final String FOLDER = "appendonlydir";
  private static final String FILE = "appendonly.aof.1.incr.aof";
  private static final List<Double> ARRIVING = List.of(0.0, 0.1, 0.5, 0.9);

  @TempDir private Path folder;
  private final long seed = Long.getLong("rookery.seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);
  private final Map<String, Position> receipts = new HashMap<>();
  private RecordingDisk disk;
  private Path state;
  private long syncs;
  private long lost;
  private int mended;
  private int life;

  @BeforeEach
  void prepare() throws Exception {
    assumeFalse(
        System.getProperty("rookery.redis.server", "").isEmpty(),
        "a server that is linked dynamically, by -Drookery.redis.server");
    disk = RecordingDisk.compile(folder, List.of(FILE));
    state = Files.createDirectories(folder.resolve("state"));
    TestServer.startOn(state, settings("always")).stop();
  }

  private static String[] settings(String rhythm) {
    return new String[] {
      "save \"\"", "appendonly yes", "appendfsync " + rhythm, "auto-aof-rewrite-percentage 0"
    };
  }

  @Test
  void nothingThatIsSaidToBeSyncedIsLost() throws Exception {
    for (int cut = 0; cut < CUTS; cut++) {
      double arriving = ARRIVING.get(random.nextInt(ARRIVING.size()));
      cut("always", Durability.FSYNCED, Fault.NONE, arriving);
      assertThat(lost).as("seed %d, cut %d", seed, cut).isZero();
    }
    report("always", CUTS);
    assertThat(syncs).isGreaterThan(CUTS * 10L);
  }

  @Test
  void aServerThatSyncsEverySecondSaysSoAndMayLose() throws Exception {
    cut("everysec", Durability.ACCEPTED, Fault.NONE, 0);

    report("everysec", 1);
  }

  /** The seeded bug: syncs that are not done, and answered as if they were. */
  @Test
  void aDiskThatDoesNotSyncIsFoundOut() throws Exception {
    cut("always", Durability.FSYNCED, Fault.untold(FILE), 0);

    report("always, not done", 1);
    assertThat(lost).isPositive();
  }

  private void report(String rhythm, int cuts) {
    System.out.printf(
        "F2 %s, seed %d: cuts %d, receipts %d, syncs %d, lost %d, mended %d%n",
        rhythm, seed, cuts, receipts.size(), syncs, lost, mended);
  }

  private void cut(String rhythm, Durability level, Fault fault, double arriving) throws Exception {
    life++;
    Path living = copy(state, folder.resolve("living-" + life));
    Path journal = folder.resolve("journal-" + life);
    List<Receipt> given;
    try (TestServer server =
        TestServer.startOn(living, disk.environment(FOLDER, journal, fault), settings(rhythm))) {
      given = publishUntilKilled(server, 100 + 50 * (life % 8));
    }
    assertThat(given).allMatch(receipt -> receipt.durability() == level);
    given.forEach(receipt -> receipts.put(receipt.id(), receipt.position()));
    List<DiskStep> steps = DiskStep.read(journal);
    assertThat(steps).isNotEmpty();
    syncs += steps.stream().filter(step -> step.kind() == DiskStep.Kind.SYNCED).count();
    Path left = copy(state, folder.resolve("left-" + life));
    new Platter(state.resolve(FOLDER), List.of(FILE), random.split(), arriving)
        .after(steps)
        .cutInto(left.resolve(FOLDER));
    judge(left, rhythm);
    state = left;
  }

  /** Kills it in the midst of publishing; the receipts that were given until then. */
  private List<Receipt> publishUntilKilled(TestServer server, int count) {
    Queue<Receipt> given = new ConcurrentLinkedQueue<>();
    try (EventBus bus = EventBus.open(server.address());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int publisher = 0; publisher < PUBLISHERS; publisher++) {
        String prefix = life + "/" + publisher + "/";
        threads.execute(() -> publish(bus, prefix, given));
      }
      within(Duration.ofSeconds(60)).until(() -> given.size() >= count);
      server.kill();
    }
    return List.copyOf(given);
  }

  private static void publish(EventBus bus, String prefix, Queue<Receipt> given) {
    try {
      for (int number = 0; true; number++) {
        given.add(bus.publish(Draft.of("bot.said", "{}").id(prefix + number)));
      }
    } catch (RookeryException e) {
      // The power is gone
    }
  }

  private void judge(Path left, String rhythm) throws Exception {
    TestServer server = started(left, rhythm);
    try (Opened opened = Opened.at(server.address())) {
      Map<String, Position> stored = new HashMap<>();
      Position after = Position.ZERO;
      List<Entry> page = opened.log().read(Opened.BOT, after, 10_000, Long.MAX_VALUE);
      while (!page.isEmpty()) {
        for (Entry entry : page) {
          assertThat(entry).isInstanceOf(Entry.Stored.class);
          stored.put(((Entry.Stored) entry).event().id(), entry.position());
        }
        page = opened.log().read(Opened.BOT, page.getLast().position(), 10_000, Long.MAX_VALUE);
      }
      receipts.forEach((id, position) -> lost += position.equals(stored.get(id)) ? 0 : 1);
    } finally {
      server.stop();
    }
  }

  /** Started on what is left, mended where it must be. */
  private TestServer started(Path left, String rhythm) throws Exception {
    try {
      return TestServer.startOn(left, settings(rhythm));
    } catch (RuntimeException e) {
      mended++;
      mend(left);
      return TestServer.startOn(left, settings(rhythm));
    }
  }

  /** The server is its own repair program, under another name. */
  private void mend(Path left) throws Exception {
    Path server = Path.of(System.getProperty("rookery.redis.server")).toRealPath();
    boolean valkey = server.getFileName().toString().startsWith("valkey");
    Path program = folder.resolve(valkey ? "valkey-check-aof" : "redis-check-aof");
    if (Files.notExists(program)) {
      Files.createSymbolicLink(program, server);
    }
    Process process =
        new ProcessBuilder(
                program.toString(), "--fix", left.resolve(FOLDER + "/" + FILE).toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("mended.log").toFile())
            .start();
    try (Writer answer =
        new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8)) {
      answer.write("y\n");
    }
    assertThat(process.waitFor()).isZero();
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      files.forEach(file -> {
        try {
          Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    }
    return to;
  }
}

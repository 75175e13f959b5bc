package dev.rookery.archive;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.DamagedLog;
import dev.rookery.Draft;
import dev.rookery.EventBus;
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
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A bit of a segment that a disk has flipped, and a subscription that reads there. */
@Tag("P7")
@Timeout(300)
class DamagedSegmentTest {
  private static final Pace PACE =
      new Pace(100, 1 << 20, Duration.ofMinutes(10), Duration.ofMillis(20));
  private static final int FLIPS = Integer.getInteger("rookery.flips", 200);
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir Path folder;
  private final Environment environment = Environment.system();
  private final BusConfig config = BusConfig.standard();
  private final Queue<String> handled = new ConcurrentLinkedQueue<>();
  private FileStore store;
  private Backend live;
  private EventBus bus;

  @BeforeEach
  void archiveThreeSegments() {
    store = FileStore.open(folder.resolve("old"), environment);
    live =
        new FileProvider()
            .open(Address.parse("file:" + folder.resolve("data")), config, environment);
    Backend backend = ArchivedBackend.of(live, store, config, PACE, environment);
    bus = Engine.standard().open(backend, config, environment);
    bus.publishAll(
        IntStream.range(0, 350)
            .mapToObj(i -> Draft.of("user.said", "{\"n\":" + i + "}").id("event-" + i))
            .toList());
    within(LONG)
        .until(() -> {
          while (live.log().trim(Samples.USER, Optional.empty(), Optional.of(0L)) > 0) {}
          return live.log().size(Samples.USER).events() == 50;
        });
  }

  @AfterEach
  void close() {
    bus.close();
  }

  private Path segment(int number) {
    SegmentName name = new Shelf(store).of(Samples.USER).get(number);
    return folder.resolve("old").resolve(name.toString());
  }

  private static void flip(Path file, int bit) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bit / 8] ^= (byte) (1 << bit % 8);
    Files.write(file, bytes);
  }

  private static List<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "event-" + i).toList();
  }

  private Subscriber subscribe() {
    return bus.subscribe(
        Subscription.of("reader", "**").from(Start.earliest()), event -> handled.add(event.id()));
  }

  @Test
  void aSubscriptionStopsBeforeItByNameAndGoesOnWhenItIsGivenUp() throws IOException {
    Path file = segment(1);
    flip(file, (int) Files.size(file) * 4);
    Subscriber stopped = subscribe();

    within(LONG)
        .until(() -> bus.operations().health().toString().contains(file.getFileName().toString()));
    stopped.close();
    assertThat(Set.copyOf(handled)).isSubsetOf(ids(0, 100));

    Files.move(file, file.resolveSibling(file.getFileName() + ".given-up"));
    Subscriber next = subscribe();

    within(LONG).until(() -> Set.copyOf(handled).size() == 250);
    assertThat(handled).contains("event-0", "event-349").doesNotContainAnyElementsOf(ids(100, 200));
    next.close();
  }

  @Test
  void aFlippedBitIsNeverReadAsAnEvent() throws IOException {
    Path file = segment(0);
    byte[] intact = Files.readAllBytes(file);
    Shelf whole = new Shelf(store);
    Segment before = whole.segment(whole.of(Samples.USER).getFirst());
    int named = 0;
    for (int i = 0; i < FLIPS; i++) {
      flip(file, ThreadLocalRandom.current().nextInt(8 * intact.length));
      Shelf shelf = new Shelf(store);
      try {
        shelf.segment(shelf.of(Samples.USER).getFirst());
      } catch (DamagedLog e) {
        assertThat(e).hasMessageContaining(file.toString());
        named++;
      }
      Files.write(file, intact);
    }
    assertThat(named).isEqualTo(FLIPS);
    assertThat(whole.reread(whole.of(Samples.USER).getFirst()).entry(7)).isEqualTo(before.entry(7));
  }
}

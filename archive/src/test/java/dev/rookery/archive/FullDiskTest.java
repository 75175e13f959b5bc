package dev.rookery.archive;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.embedded.FileProvider;
import dev.rookery.spi.Append;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.SegmentStore;
import dev.rookery.testkit.Samples;
import dev.rookery.testkit.SmallDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An archive on a disk on which there is no byte left; the log is elsewhere. */
@Tag("P6")
@Tag("nightly")
@Timeout(300)
class FullDiskTest {
  private static final Pace PACE =
      new Pace(100, 1 << 20, Duration.ofSeconds(1), Duration.ofMillis(20));
  private static final int EVENTS = 1_000;

  @TempDir Path folder;
  private final Environment environment = Environment.system();
  private final BusConfig config = BusConfig.standard();
  private SmallDisk disk;
  private Backend live;

  @BeforeEach
  void mount() throws Exception {
    disk = SmallDisk.mount(folder.resolve("disk"), 4);
    live =
        new FileProvider()
            .open(Address.parse("file:" + folder.resolve("data")), config, environment);
  }

  @AfterEach
  void unmount() throws Exception {
    disk.close();
  }

  private void append(int from, int count) {
    for (int begin = from; begin < from + count; begin += 100) {
      List<Append> events = new ArrayList<>();
      for (int i = begin; i < begin + 100; i++) {
        events.add(Samples.append("event-" + i));
      }
      live.log().append(Samples.USER, events);
    }
  }

  private long kept() {
    while (live.log().trim(Samples.USER, Optional.empty(), Optional.of(0L)) > 0) {}
    return live.log().size(Samples.USER).events();
  }

  private static List<String> ids(Backend backend) {
    List<String> ids = new ArrayList<>();
    var after = backend.log().earliest(Samples.USER).position();
    while (true) {
      List<Entry> more = backend.log().read(Samples.USER, after, 500, 1 << 20);
      if (more.isEmpty()) {
        return ids;
      }
      more.forEach(entry -> ids.add(((Entry.Stored) entry).event().id()));
      after = more.getLast().position();
    }
  }

  private static void isWhole(Backend backend, int events) {
    List<String> ids = ids(backend);
    assertThat(ids).hasSize(events);
    for (int i = 0; i < events; i++) {
      assertThat(ids.get(i)).isEqualTo("event-" + i);
    }
  }

  @Test
  void archivingAndTrimmingWaitForRoomAndNothingIsLost() throws Exception {
    FileStore store = FileStore.open(disk.log(), environment);
    try (Backend backend = ArchivedBackend.of(live, store, config, PACE, environment)) {
      append(0, EVENTS);
      within(Duration.ofSeconds(60)).until(() -> kept() == 0);
      disk.fill(Long.MAX_VALUE);
      append(EVENTS, EVENTS);

      within(Duration.ofSeconds(60))
          .until(() -> backend.states().toString().contains("waits, and so does trimming"));
      assertThat(kept()).isEqualTo(EVENTS);
      isWhole(backend, 2 * EVENTS);

      disk.makeRoom();
      within(Duration.ofSeconds(60)).until(() -> kept() == 0);
      isWhole(backend, 2 * EVENTS);
      System.out.println("archive full: stored " + 2 * EVENTS + ", lost 0, trimmed without 0");
    }
  }

  /** The seeded bug: a store that says it has kept what found no room. */
  @Test
  void aStoreThatHidesThatItIsFullLosesEvents() throws Exception {
    SegmentStore hiding = new LazyStore(FileStore.open(disk.log(), environment));
    Backend backend = ArchivedBackend.of(live, hiding, config, PACE, environment);
    disk.fill(Long.MAX_VALUE);
    append(0, EVENTS);
    within(Duration.ofSeconds(60)).until(() -> kept() == 0);
    backend.close();

    live =
        new FileProvider()
            .open(Address.parse("file:" + folder.resolve("data")), config, environment);
    FileStore store = FileStore.open(disk.log(), environment);
    try (Backend again = ArchivedBackend.reading(live, store)) {
      assertThat(ids(again)).isEmpty();
    }
  }
}

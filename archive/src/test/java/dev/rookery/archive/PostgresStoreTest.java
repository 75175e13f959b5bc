package dev.rookery.archive;

import static dev.rookery.testkit.Soon.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.NotFound;
import dev.rookery.Position;
import dev.rookery.embedded.FileProvider;
import dev.rookery.postgres.PostgresSegmentsProvider;
import dev.rookery.postgres.TestServer;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.SegmentStore;
import dev.rookery.testkit.Samples;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An archive in a table. */
@Timeout(300)
class PostgresStoreTest {
  private static final Pace PACE =
      new Pace(100, 1 << 20, Duration.ofMinutes(10), Duration.ofMillis(20));

  @TempDir Path folder;
  private final Environment environment = Environment.system();
  private final Address address = Address.parse(TestServer.shared().freshSchema());

  private SegmentStore open() {
    return new PostgresSegmentsProvider().open(address, environment);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void whatIsPutIsThereUntilItIsRemoved() {
    try (SegmentStore store = open();
        SegmentStore other = open()) {
      store.put("a", bytes("first"));
      store.put("b", bytes("other"));
      store.put("b", bytes("second"));
      store.put("empty", new byte[0]);

      assertThat(other.names()).containsExactlyInAnyOrder("a", "b", "empty");
      assertThat(other.sizes()).isEqualTo(Map.of("a", 5L, "b", 6L, "empty", 0L));
      assertThat(other.read("a")).isEqualTo(bytes("first"));
      assertThat(other.read("b", 3)).isEqualTo(bytes("sec"));
      assertThat(other.read("b", 300)).isEqualTo(bytes("second"));
      assertThat(other.read("empty")).isEmpty();

      store.remove("a");
      store.remove("a");
      assertThat(other.names()).containsExactlyInAnyOrder("b", "empty");
      assertThatThrownBy(() -> other.read("a"))
          .isInstanceOf(NotFound.class)
          .hasMessageContaining(other.place("a"));
    }
  }

  @Test
  void aLogReadsOnInIt() {
    BusConfig config = BusConfig.standard();
    Backend live =
        new FileProvider()
            .open(Address.parse("file:" + folder.resolve("data")), config, environment);
    try (Backend backend = ArchivedBackend.of(live, open(), config, PACE, environment)) {
      backend.log().append(Samples.USER, Samples.appends("event-", 250));
      List<Entry> all = backend.log().read(Samples.USER, Position.ZERO, 250, 1 << 20);
      within(Duration.ofMinutes(1))
          .until(() -> {
            while (backend.log().trim(Samples.USER, Optional.empty(), Optional.of(0L)) > 0) {}
            return live.log().size(Samples.USER).events() == 50;
          });

      assertThat(backend.log().read(Samples.USER, Position.ZERO, 250, 1 << 20)).isEqualTo(all);
    }
  }
}

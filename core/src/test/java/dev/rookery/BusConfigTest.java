package dev.rookery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BusConfigTest {
  private final BusConfig standard = BusConfig.standard();

  private static List<String> names(List<Partition> partitions) {
    return partitions.stream().map(Partition::toString).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "user.message.received, user",
    "message.received, user",
    "system.started, system",
    "system.maintenance.mode, system",
    "config.updated, system",
    "error, error",
    "error.disk, error",
    "alert.raised, error",
    "alert, bot",
    "bot.started, bot",
    "anything, bot",
    "User.message, bot",
  })
  void aTypeGoesWhereTheFirstRouteThatMatchesSays(String type, String stream) {
    assertThat(standard.streamOf(type)).isEqualTo(stream);
    assertThat(standard.partitionOf(type, "k")).isEqualTo(new Partition(stream, 0));
  }

  @Test
  void theCatalogueComesBeforeTheRoutes() {
    EventTypeInfo moved =
        new EventTypeInfo(
            "user.moved",
            List.of("moved"),
            java.util.Optional.of("system"),
            java.util.Optional.empty(),
            1,
            java.util.Optional.empty(),
            EventTypeInfo.Validation.OFF,
            java.util.Optional.empty(),
            List.of(),
            SideEffect.PURE,
            java.util.Map.of());
    BusConfig config = standard.catalogue(Catalogue.standard().with(moved));

    assertThat(config.streamOf("user.moved")).isEqualTo("system");
    assertThat(config.streamOf("moved")).isEqualTo("system");
    assertThat(names(config.partitionsOf(TypePattern.all("user.moved")))).contains("system/0");
  }

  @Test
  void aRouteThatIsAddedComesFirst() {
    BusConfig config =
        standard.with(StreamConfig.of("chat", 1)).with(Route.of("user.chat.**", "chat"));

    assertThat(config.streamOf("user.chat.x")).isEqualTo("chat");
    assertThat(config.streamOf("user.other")).isEqualTo("user");
  }

  @ParameterizedTest
  @CsvSource({
    "user.**, user/0",
    "user.message.received, user/0",
    "system.*, system/0",
    "error, error/0",
    "error.**, error/0",
    "**, bot/0 user/0 system/0 error/0",
    "*, bot/0 error/0",
    "*.started, bot/0 user/0 system/0 error/0",
    "bot.**, bot/0",
    "message.received, bot/0 user/0",
    "shop.order, bot/0",
  })
  void aSubscriptionReadsWhereItsTypesMayGo(String pattern, String partitions) {
    assertThat(names(standard.partitionsOf(TypePattern.all(pattern))))
        .contains(partitions.split(" ", -1));
  }

  @Test
  void whatAPatternMatchesIsAlwaysInAPartitionThatIsRead() {
    SplittableRandom random = new SplittableRandom(5);
    List<String> tokens =
        List.of("user", "system", "error", "alert", "bot", "message", "received", "x", "started");
    BusConfig config = standard.with(StreamConfig.of("user", 4));
    for (int i = 0; i < 20_000; i++) {
      String type = type(random, tokens);
      TypePattern pattern = pattern(random, type);
      Partition partition = config.partitionOf(type, "key-" + i);

      assertThat(config.catalogue().matches(pattern, type)).isTrue();
      assertThat(config.partitionsOf(List.of(pattern)))
          .as("%s reads %s", pattern, type)
          .contains(partition);
    }
    for (EventTypeInfo info : config.catalogue().types()) {
      for (String name : info.aliases()) {
        assertThat(config.partitionsOf(TypePattern.all(name)))
            .contains(config.partitionOf(info.type(), "k"), config.partitionOf(name, "k"));
      }
    }
  }

  private static String type(SplittableRandom random, List<String> tokens) {
    int length = random.nextInt(1, 4);
    return String.join(
        ".",
        IntStream.range(0, length)
            .mapToObj(n -> tokens.get(random.nextInt(tokens.size())))
            .toList());
  }

  /** A pattern that matches the type. */
  private static TypePattern pattern(SplittableRandom random, String type) {
    String[] tokens = type.split("\\.", -1);
    for (int i = 0; i < tokens.length; i++) {
      if (random.nextInt(3) == 0) {
        tokens[i] = "*";
      }
    }
    if (random.nextInt(3) == 0) {
      int cut = random.nextInt(tokens.length);
      tokens = java.util.Arrays.copyOf(tokens, cut + 1);
      tokens[cut] = "**";
    }
    return TypePattern.of(String.join(".", tokens));
  }

  @Test
  void aKeyAlwaysGoesToTheSamePartitionAndKeysSpread() {
    BusConfig config = standard.with(StreamConfig.of("user", 8));
    int[] count = new int[8];
    for (int i = 0; i < 8_000; i++) {
      Partition partition = config.partitionOf("user.x", "key-" + i);
      assertThat(config.partitionOf("user.y", "key-" + i)).isEqualTo(partition);
      count[partition.number()]++;
    }
    for (int each : count) {
      assertThat(each).isBetween(800, 1_200);
    }
  }

  @Test
  void aKeysPartitionIsTheSameInEveryVersion() {
    assertThat(BusConfig.numberOf("123456789", Integer.MAX_VALUE))
        .isEqualTo((int) (0xE3069283L % Integer.MAX_VALUE));
    assertThat(BusConfig.numberOf("ü🦉", 1)).isZero();
  }

  @Test
  void aConfigurationThatLeadsNowhereIsRefused() {
    assertThatThrownBy(() -> standard.with(Route.of("x.**", "nowhere")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("nowhere");
    assertThatThrownBy(() -> routes(List.of(Route.of("user.**", "user"))))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("**");
    assertThatThrownBy(() -> routes(List.of())).isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> streams(List.of(StreamConfig.of("bot", 1), StreamConfig.of("bot", 2))))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("twice");
  }

  private BusConfig routes(List<Route> routes) {
    return new BusConfig(
        "s",
        standard.streams(),
        routes,
        standard.catalogue(),
        standard.limits(),
        standard.claimTtl(),
        standard.idWindow(),
        standard.audit());
  }

  private BusConfig streams(List<StreamConfig> streams) {
    return new BusConfig(
        "s",
        streams,
        List.of(Route.of("**", "bot")),
        new Catalogue(List.of()),
        standard.limits(),
        standard.claimTtl(),
        standard.idWindow(),
        standard.audit());
  }

  @Test
  void aStreamOutOfBoundsIsRefused() {
    for (String name : List.of("", "Upper", "-a", "a b", "a".repeat(51))) {
      assertThatThrownBy(() -> StreamConfig.of(name, 1)).isInstanceOf(InvalidInput.class);
    }
    assertThatThrownBy(() -> StreamConfig.of("a", 0)).isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> StreamConfig.of("a", 257)).isInstanceOf(InvalidInput.class);
  }
}

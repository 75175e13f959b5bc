package dev.rookery.postgres;

import static dev.rookery.testkit.Samples.BOT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Catalogue;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.EventTypeInfo;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.Page;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.Search;
import dev.rookery.Start;
import dev.rookery.spi.Append;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Engine;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import dev.rookery.testkit.Samples;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** The same searches find the same events in memory, in a folder and in PostgreSQL. */
@Timeout(300)
class SearchedAlikeTest {
  private static final TestServer SERVER = TestServer.shared();
  private static final long SEED = Long.getLong("rookery.seed", 4_711);
  private static final int EVENTS = Integer.getInteger("rookery.search.events", 3_000);
  private static final int SEARCHES = Integer.getInteger("rookery.search.searches", 120);
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final String[] TYPES = {
    "bot.said", "bot.said.twice", "bot.old", "robot.said", "bot.grew", "bot-said", "botXsaid"
  };
  private static final String[] CONDITIONS = {
    "data.text == 'alpha'",
    "\"alpha\" == data.text && data.n > 10",
    "data.text == 'alpha' || source == 'bot-1'",
    "data.text == 'alpha' ? data.n > 20 : data.n < 5",
    "!(data.text == 'alpha')",
    "source == 'bot-2' && data.text == 'beta'",
    "type == 'bot.said' && data.inner.text == 'gamma'",
    "data.text == 'grown'",
    "data.text == 'grown' && data.inner.text == 'gamma'",
    "data.n > 40",
    "data == 'alpha'",
    "has(data.text) && data.text.startsWith('al')",
    "key == 'key-3' && (data.text == 'alpha' || data.n == 3)"
  };

  private static final BusConfig CONFIG =
      BusConfig.standard()
          .catalogue(
              new Catalogue(
                  List.of(
                      EventTypeInfo.of("bot.new").aliases("bot.old"),
                      EventTypeInfo.of("bot.grew")
                          .upcast(
                              1,
                              data ->
                                  data instanceof ObjectNode object
                                      ? object.put("text", "grown")
                                      : data))));

  @TempDir Path folder;
  private final Random random = new Random(SEED);

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private String one(String... of) {
    return of[random.nextInt(of.length)];
  }

  private Append event(int number) {
    boolean talks = random.nextInt(3) > 0;
    return Samples.append(
        new Event(
            "e" + number,
            one(TYPES),
            "bot-" + random.nextInt(4),
            "key-" + random.nextInt(6),
            NOON.plusNanos(random.nextLong(60_000_000_000L)),
            talks ? "e" + random.nextInt(number + 1) : "e" + number,
            talks ? Optional.of("e" + random.nextInt(number + 1)) : Optional.empty(),
            1,
            data(),
            Map.of()));
  }

  private Payload data() {
    String text = one("alpha", "beta", "\\u0061lpha", "it's \\\"alpha\\\"", "x alpha x");
    return switch (random.nextInt(8)) {
      case 0 -> Payload.wrap("text/plain", "alpha".getBytes(StandardCharsets.UTF_8));
      case 1 -> Payload.wrap("application/octet-stream", new byte[] {(byte) 0xff, 0, 'a'});
      case 2 -> Payload.json("\"alpha\"");
      case 3 -> Payload.json("{\"n\":" + random.nextInt(50) + "}");
      case 4 -> Payload.json("{\"n\":3,\"inner\":{\"text\":\"gamma\"},\"text\":\"" + text + "\"}");
      default -> Payload.json("{\"n\":" + random.nextInt(50) + ",\"text\":\"" + text + "\"}");
    };
  }

  private Search search() {
    List<UnaryOperator<Search>> narrowings =
        List.of(
            s -> s.types(one("bot.*", "bot.**", "*.said", "bot.new", "bot.old", "bot-said")),
            s -> s.types(one("bot.new", "bot.said.*"), one("**", "robot.*", "bot.new")),
            s -> s.source("bot-" + random.nextInt(5)),
            s -> s.key("key-" + random.nextInt(7)),
            s -> s.between(time(), time()),
            s -> s.correlation("e" + random.nextInt(EVENTS)),
            s -> s.causation("e" + random.nextInt(EVENTS / 10)),
            s -> s.where(one(CONDITIONS)),
            s -> s.where(one(CONDITIONS)));
    Search search = Search.ALL;
    for (int more = random.nextInt(4); more > 0; more--) {
      search = one(narrowings).apply(search);
    }
    return search;
  }

  private Instant time() {
    return NOON.plusNanos(random.nextLong(60_000_000_000L));
  }

  private static Backend open(String address) {
    Address where = Address.parse(address);
    return ServiceLoader.load(Backend.Provider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(each -> each.schemes().contains(where.scheme()))
        .findFirst()
        .orElseThrow()
        .open(where, CONFIG, Environment.system());
  }

  private static List<String> found(EventBus bus, Search wanted, int limit) {
    List<String> found = new ArrayList<>();
    Page page = bus.operations().search(wanted, Start.earliest(), limit);
    while (true) {
      page.events().forEach(each -> found.add(shown(each)));
      if (page.end()) {
        return found;
      }
      page = bus.operations().search(wanted, new Start.After(page.next()), limit);
    }
  }

  private static String shown(Located located) {
    return located.position() + " " + located.event().id() + " " + located.event().data().text();
  }

  @Test
  void searchesFindTheSameInEveryStore() {
    List<Append> appends = IntStream.range(0, EVENTS).mapToObj(this::event).toList();
    List<EventBus> buses = new ArrayList<>();
    for (String address :
        List.of("memory:searched", "file:" + folder.resolve("log"), SERVER.freshSchema())) {
      Backend backend = open(address);
      for (int from = 0; from < EVENTS; from += 500) {
        backend.log().append(BOT, appends.subList(from, Math.min(EVENTS, from + 500)));
      }
      buses.add(Engine.standard().open(backend, CONFIG, Environment.system()));
    }
    int matches = 0;
    for (int number = 0; number < SEARCHES; number++) {
      Search wanted = search();
      int limit = 1 + random.nextInt(1_000);
      List<String> first = found(buses.getFirst(), wanted, limit);
      matches += first.size();
      for (EventBus other : buses.subList(1, buses.size())) {
        assertThat(found(other, wanted, limit))
            .as("seed %d, search %d: %s", SEED, number, wanted)
            .isEqualTo(first);
      }
    }
    System.out.printf(
        "seed %d: %d events, %d searches, %d found, alike in %d stores%n",
        SEED, EVENTS, SEARCHES, matches, buses.size());
    buses.forEach(EventBus::close);
  }

  @Test
  void whatCannotBeOfInterestIsNotHandedOut() {
    try (Opened opened = Opened.at(SERVER.freshSchema(), CONFIG)) {
      opened.log().append(BOT, IntStream.range(0, 900).mapToObj(this::event).toList());

      assertThat(handedOut(opened, Search.ALL.where("data.text == 'delta'")))
          .as("but for escaped texts, other encodings and types that are upcast")
          .isBetween(1, 450);
      assertThat(handedOut(opened, Search.ALL.where("source == 'bot-9' && data.n > 1"))).isZero();
      assertThat(handedOut(opened, Search.ALL.types("robot.*"))).isBetween(60, 200);
      assertThat(handedOut(opened, Search.ALL.where("data.n > 100"))).isEqualTo(900);
    }
  }

  private static int handedOut(Opened opened, Search wanted) {
    EventLog.Found found = opened.log().search(BOT, wanted, Position.ZERO, 1_000);
    assertThat(found.end()).isTrue();
    return found.events().size();
  }
}

package dev.rookery.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.StreamConfig;
import dev.rookery.testkit.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which segments go. */
@Tag("P6")
class ArchiveRetentionTest {
  private static final Partition USER = Samples.USER;
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final int RUNS = 3_000;

  /** Segments as a test writes them down: {@code 0-100:5h:10} with age and bytes, age ? unknown. */
  private final Map<SegmentName, Long> sizes = new HashMap<>();

  private final Map<SegmentName, Instant> taken = new HashMap<>();

  private void take(String written) {
    for (String each : written.split(" ", -1)) {
      String[] parts = each.split("[-:]", -1);
      SegmentName name =
          new SegmentName(
              USER,
              Position.of(Long.parseLong(parts[0])),
              Position.of(Long.parseLong(parts[1])),
              parts.length > 4);
      sizes.put(name, Long.parseLong(parts[3]));
      if (!parts[2].equals("?")) {
        taken.put(
            name, NOW.minus(Duration.parse("PT" + parts[2].toUpperCase(java.util.Locale.ROOT))));
      }
    }
  }

  private List<SegmentName> due(Retention retention, long floor) {
    return retention.due(
        sizes, Position.of(floor), NOW, name -> Optional.ofNullable(taken.get(name)));
  }

  private static String written(List<SegmentName> names) {
    return String.join(" ", names.stream().map(name -> name.before() + "-" + name.last()).toList());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "nothing is due                    | 0-10:3h:5 10-20:2h:5 20-30:1h:5          | 4h |    | 30 | ''",
        "the oldest by age                 | 0-10:3h:5 10-20:2h:5 20-30:1h:5          | 2h |    | 30 | 0-10",
        "as old as that is not older       | 0-10:2h:5                                | 2h |    | 30 | ''",
        "all of them                       | 0-10:3h:5 10-20:2h:5                     | 1h |    | 30 | 0-10 10-20",
        "a floor inside a segment keeps it | 0-10:3h:5 10-20:3h:5 20-30:3h:5          | 2h |    | 19 | 0-10",
        "a floor at its end lets it go     | 0-10:3h:5 10-20:3h:5 20-30:3h:5          | 2h |    | 20 | 0-10 10-20",
        "nobody is past anything           | 0-10:3h:5 10-20:3h:5                     | 2h | 1  |  0 | ''",
        "by bytes, as few as needed        | 0-10:3h:5 10-20:2h:5 20-30:1h:5          |    | 10 | 30 | 0-10",
        "by bytes, whole segments          | 0-10:3h:5 10-20:2h:5 20-30:1h:5          |    | 9  | 30 | 0-10 10-20",
        "bytes wait for the floor          | 0-10:3h:5 10-20:2h:5 20-30:1h:5          |    | 1  | 15 | 0-10",
        "what the floor keeps counts       | 0-10:3h:5 10-20:2h:5 20-30:1h:90         |    | 95 | 15 | 0-10",
        "either is enough                  | 0-10:3h:5 10-20:2h:5 20-30:1h:5          | 2h | 5  | 30 | 0-10 10-20",
        "what is given up counts and goes  | 0-10:3h:5:x 10-20:3h:5 20-30:1h:5        | 2h |    | 30 | 0-10 10-20",
        "an unknown age: with the next     | 0-10:?:5 10-20:3h:5 20-30:1h:5           | 2h |    | 30 | 0-10 10-20",
        "an unknown age: stays with it     | 0-10:?:5 10-20:1h:5                      | 2h |    | 30 | ''",
        "an unknown age: is the last       | 0-10:3h:5 10-20:?:5                      | 2h |    | 30 | 0-10",
        "an unknown age: by bytes          | 0-10:?:5 10-20:1h:5                      | 2h | 5  | 30 | 0-10",
        "a longer one over two short ones  | 0-20:3h:9 0-10:3h:5 10-20:3h:5 20-30:3h:5 | 2h |   | 20 | 0-10 0-20 10-20",
        "a longer one stays                | 0-20:3h:9 0-10:3h:5 10-20:3h:5           | 2h |    | 15 | 0-10",
        "no segments                       | 0-10:3h:5                                |    |    | 30 | ''",
      })
  void theseGo(String what, String segments, String age, Long bytes, long floor, String expected) {
    take(segments);
    Retention retention =
        new Retention(
            Optional.ofNullable(age)
                .map(text -> Duration.parse("PT" + text.toUpperCase(java.util.Locale.ROOT))),
            Optional.ofNullable(bytes));

    assertThat(written(due(retention, floor))).as(what).isEqualTo(expected);
  }

  @Test
  void theBytesOfAStreamAreSharedByItsPartitions() {
    StreamConfig stream =
        StreamConfig.of("user", 4).archived(Optional.empty(), Optional.of(4_000L));

    assertThat(Retention.of(stream))
        .isEqualTo(new Retention(Optional.empty(), Optional.of(1_000L)));
    assertThat(Retention.of(StreamConfig.of("user", 4)).isForEver()).isTrue();
  }

  /** An archive as it may have become: in a row, with overlaps of what older owners left. */
  private long makeUp(Random random) {
    sizes.clear();
    taken.clear();
    List<Long> ends = new ArrayList<>(List.of(0L));
    int count = random.nextInt(12);
    for (int i = 0; i < count; i++) {
      ends.add(ends.getLast() + 1 + random.nextInt(20));
    }
    for (int i = 1; i < ends.size(); i++) {
      makeUp(random, ends.get(i - 1), ends.get(i));
      if (random.nextInt(3) == 0) {
        long before = ends.get(random.nextInt(i));
        makeUp(random, before, before + 1 + random.nextLong(ends.get(i) - before));
      }
    }
    return ends.getLast();
  }

  private void makeUp(Random random, long before, long last) {
    SegmentName name =
        new SegmentName(USER, Position.of(before), Position.of(last), random.nextInt(6) == 0);
    sizes.put(name, random.nextLong(100));
    if (random.nextInt(5) > 0) {
      taken.put(name, NOW.minusSeconds(3_600 - 10 * last));
    }
  }

  private static boolean reaches(Set<SegmentName> kept, long end) {
    long reached = kept.stream().mapToLong(name -> name.before().high()).min().orElse(end);
    while (reached < end) {
      Position from = Position.of(reached);
      long next =
          kept.stream()
              .filter(name -> name.follows(from))
              .mapToLong(name -> name.last().high())
              .max()
              .orElse(-1);
      if (next < 0) {
        return false;
      }
      reached = next;
    }
    return true;
  }

  /** What must hold after each removal; the number of the first removal after which it does not. */
  private int broken(List<SegmentName> going, Retention retention, long floor, long end) {
    Set<SegmentName> kept = new HashSet<>(sizes.keySet());
    for (int i = 0; i < going.size(); i++) {
      SegmentName name = going.get(i);
      long before = kept.stream().mapToLong(sizes::get).sum();
      boolean tooMuch = retention.bytes().filter(most -> before > most).isPresent();
      boolean young =
          going.subList(i, going.size()).stream()
              .map(taken::get)
              .noneMatch(time ->
                  time != null
                      && retention.age().filter(a -> time.isBefore(NOW.minus(a))).isPresent());
      kept.remove(name);
      if (name.last().high() > floor || young && !tooMuch || !reaches(kept, end)) {
        return i;
      }
    }
    return -1;
  }

  private Retention retention(Random random) {
    return new Retention(
        Optional.of(Duration.ofSeconds(3_600 - random.nextInt(1_200)))
            .filter(a -> random.nextBoolean()),
        Optional.of(1 + random.nextLong(400)).filter(b -> random.nextBoolean()));
  }

  @Test
  void whateverThereIsNothingNeededGoesAndNoGapIsLeftAtAnyTime() {
    Random random = new Random(11);
    for (int run = 0; run < RUNS; run++) {
      long end = makeUp(random);
      Retention retention = retention(random);
      long floor = random.nextLong(end + 1);
      List<SegmentName> going = due(retention, floor);

      assertThat(broken(going, retention, floor, end)).as("run %d", run).isEqualTo(-1);
      going.forEach(sizes::remove);
      assertThat(due(retention, floor)).as("run %d, again", run).isEmpty();
    }
  }

  /** The seeded bug: the order in which reading goes through them. */
  @Test
  void removingThemInTheOrderOfTheirBeginningsLeavesGaps() {
    Random random = new Random(11);
    int gaps = 0;
    for (int run = 0; run < RUNS; run++) {
      long end = makeUp(random);
      Retention retention = retention(random);
      List<SegmentName> going = new ArrayList<>(due(retention, end));
      going.sort(java.util.Comparator.comparing(SegmentName::before));
      gaps += broken(going, retention, end, end) >= 0 ? 1 : 0;
    }
    assertThat(gaps).isPositive();
  }
}

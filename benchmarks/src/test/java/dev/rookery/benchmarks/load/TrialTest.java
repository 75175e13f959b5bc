package dev.rookery.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.spi.Environment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** Whether a trial notices what a contender does wrong. */
class TrialTest {
  private static final Effort TINY =
      new Effort(Duration.ZERO, Duration.ofMillis(500), 1_000, Duration.ofSeconds(20));

  /** For those whose deliveries are never complete. */
  private static final Effort IMPATIENT =
      new Effort(TINY.warmUp(), TINY.measured(), TINY.backlog(), Duration.ofSeconds(2));

  private static final Course COURSE = new Course(Load.PACED, new Shape(1, 2), 200, 10_000);

  private final Environment environment = Environment.system();

  /** Hands an event to a tally, or does something else with it. */
  private interface Handing {
    void hand(Sample event, Tally tally) throws Exception;
  }

  private record InPlace(Handing handing) implements Contender {
    @Override
    public String name() {
      return "in place";
    }

    @Override
    public Running start(Course course, List<Tally> tallies) {
      return new Running() {
        @Override
        public Publishing publishing() {
          return events -> {
            for (Sample event : events) {
              for (Tally tally : tallies) {
                handing.hand(event, tally);
              }
            }
          };
        }

        @Override
        public long settle() {
          return 0;
        }

        @Override
        public void close() {}
      };
    }
  }

  private Measured run(Handing handing) throws Exception {
    return run(handing, TINY);
  }

  private Measured run(Handing handing, Effort effort) throws Exception {
    return new Trial(new InPlace(handing), COURSE, effort, environment).run();
  }

  private static void take(Sample event, Tally tally) {
    tally.take(ByteBuffer.wrap(event.data()));
  }

  @Test
  void aRunInWhichEverythingIsHandledOnceIsClean() throws Exception {
    Measured measured = run(TrialTest::take);

    assertThat(measured.isClean()).as("%s", measured).isTrue();
    assertThat(measured.deliveredPerSecond()).isGreaterThan(measured.publishedPerSecond());
  }

  @Test
  void anEventThatNeverComesIsLost() throws Exception {
    Measured measured =
        run(
            (event, tally) -> {
              if (!event.key().equals("channel-3")) {
                take(event, tally);
              }
            },
            IMPATIENT);

    assertThat(measured.lost()).isPositive();
    assertThat(measured.isClean()).isFalse();
  }

  @Test
  void anEventThatComesTwiceIsADuplicate() throws Exception {
    Measured measured =
        run((event, tally) -> {
          take(event, tally);
          take(event, tally);
        });

    assertThat(measured.duplicates()).isEqualTo(2 * measured.events());
  }

  @Test
  void anEventThatComesAfterALaterOneOfItsKeyIsOutOfOrder() throws Exception {
    Queue<Sample> held = new ArrayDeque<>();
    Measured measured =
        run((event, tally) -> {
          if (!event.key().equals("channel-0")) {
            take(event, tally);
          } else if (held.size() < 2) {
            held.add(event);
          } else {
            take(event, tally);
          }
          if (event.key().equals("channel-9") && held.size() == 2) {
            held.forEach(late -> take(late, tally));
          }
        });

    assertThat(measured.isClean()).isFalse();
  }

  @Test
  void aCallerThatFailsIsNamed() throws Exception {
    Measured measured =
        run((event, tally) -> {
          throw new java.io.IOException("no room");
        });

    assertThat(measured.problem()).hasValueSatisfying(p -> assertThat(p).contains("no room"));
  }
}

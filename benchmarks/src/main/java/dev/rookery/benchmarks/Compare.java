package dev.rookery.benchmarks;

import dev.rookery.benchmarks.bus.BusSettings;
import dev.rookery.benchmarks.load.Contender;
import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Effort;
import dev.rookery.benchmarks.load.Load;
import dev.rookery.benchmarks.load.Measured;
import dev.rookery.benchmarks.load.Shape;
import dev.rookery.benchmarks.load.Trial;
import dev.rookery.benchmarks.redis.Fsync;
import dev.rookery.benchmarks.report.JsonLines;
import dev.rookery.benchmarks.report.Rounds;
import dev.rookery.benchmarks.report.Tables;
import dev.rookery.spi.Environment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the bus and its peers side by side. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Measures the bus and its peers, one after the other, round after round.")
public final class Compare implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      defaultValue = Contenders.USUAL,
      description =
          "Who is measured; the default is ${DEFAULT-VALUE}. Also flow, sqlite-shared, redis-bus-noids, "
              + "redis-lettuce, redis-spring, redis-redisson, redis-python.")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--load",
      split = ",",
      paramLabel = "LOAD",
      defaultValue = "batches,singles,paced",
      converter = LoadConverter.class,
      description =
          "batches: of 500, at saturation; singles: 256 in flight, at saturation; paced: at --rate. Default: all.")
  private List<Load> loads = new ArrayList<>();

  @Option(
      names = "--shape",
      split = ",",
      paramLabel = "PxS",
      defaultValue = "1x1,10x10",
      converter = ShapeConverter.class,
      description =
          "Publishers x subscriptions; 10x0 measures publishing alone. Default: ${DEFAULT-VALUE}.")
  private List<Shape> shapes = new ArrayList<>();

  @Option(
      names = "--size",
      split = ",",
      paramLabel = "BYTES",
      defaultValue = "200",
      description = "Of an event's data. Default: ${DEFAULT-VALUE}.")
  private List<Integer> sizes = new ArrayList<>();

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Events a second in all, where the load is paced. Default: ${DEFAULT-VALUE}.")
  private int rate;

  @Option(
      names = "--seconds",
      paramLabel = "T",
      defaultValue = "8",
      description = "How long each measurement takes. Default: ${DEFAULT-VALUE}.")
  private double seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "T",
      defaultValue = "3",
      description = "Seconds before each. Default: ${DEFAULT-VALUE}.")
  private double warmUp;

  @Option(
      names = "--practice",
      paramLabel = "T",
      defaultValue = "5",
      description = "Seconds that each runs before the first round. Default: ${DEFAULT-VALUE}.")
  private double practice;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Each contender once in each; medians are quoted. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--backlog",
      paramLabel = "N",
      defaultValue = "20000",
      description =
          "At saturation, publishers wait when a subscription is so far behind. Default: ${DEFAULT-VALUE}.")
  private long backlog;

  @Option(
      names = "--window",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Of the bus' subscriptions. Default: ${DEFAULT-VALUE}.")
  private int window;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      defaultValue = "64",
      description = "Of the bus' subscriptions. Default: ${DEFAULT-VALUE}.")
  private int concurrency;

  @Option(
      names = "--redis-fsync",
      paramLabel = "POLICY",
      defaultValue = "always",
      converter = FsyncConverter.class,
      description =
          "When every Redis of the run syncs: always, before each answer, or everysec. Default: ${DEFAULT-VALUE}.")
  private Fsync fsync = Fsync.ALWAYS;

  @Option(
      names = "--folder",
      paramLabel = "PATH",
      defaultValue = "${sys:java.io.tmpdir}",
      description = "Where stores are made: on a disk, not in memory. Default: ${DEFAULT-VALUE}.")
  private Path folder = Path.of(".");

  @Option(
      names = "--launcher",
      paramLabel = "PATH",
      description = "Starts servers with 'PATH serve'. Default: a Java process as that starts it.")
  private Optional<Path> launcher = Optional.empty();

  @Option(
      names = "--json",
      description = "One JSON object a line on standard output, the tables on standard error.")
  private boolean json;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final Environment environment = Environment.system();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Compare()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Contenders known =
        new Contenders(
            new BusSettings(window, concurrency),
            fsync,
            folder.toAbsolutePath(),
            launcher.map(Path::toAbsolutePath),
            environment);
    List<Contender> contenders;
    try {
      contenders = only.stream().map(known::of).filter(Compare::isThere).toList();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    Rounds found = measure(contenders);
    Tables.print(found, json ? System.err : System.out);
    if (json) {
      JsonLines.of(found).forEach(System.out::println);
    }
    return found.all().stream().allMatch(round -> round.measured().isClean()) ? 0 : 1;
  }

  private static boolean isThere(Contender contender) {
    Optional<String> missing = contender.missing();
    missing.ifPresent(what -> System.err.println(contender.name() + " is left out: " + what));
    return missing.isEmpty();
  }

  private Rounds measure(List<Contender> contenders) throws Exception {
    List<Rounds.Round> found = new ArrayList<>();
    try {
      practise(contenders);
      for (Course course : courses()) {
        for (int round = 1; round <= rounds; round++) {
          for (Contender contender : contenders) {
            if (contender.runs(course)) {
              found.add(new Rounds.Round(round, measure(contender, course, round)));
            }
          }
        }
      }
    } finally {
      for (Contender contender : contenders) {
        contender.close();
      }
    }
    return new Rounds(found);
  }

  /** Lets everybody's code become warm before anything counts. */
  private void practise(List<Contender> contenders) throws InterruptedException {
    if (practice <= 0) {
      return;
    }
    Effort effort = new Effort(Duration.ZERO, millis(practice), backlog, PATIENCE);
    for (Contender contender : contenders) {
      for (Course course : courses().stream().filter(contender::runs).limit(1).toList()) {
        System.err.println(contender.name() + " practises");
        run(contender, course, effort);
      }
    }
  }

  private List<Course> courses() {
    List<Course> courses = new ArrayList<>();
    for (Load load : loads) {
      for (Shape shape : shapes) {
        for (int size : sizes) {
          courses.add(new Course(load, shape, size, load == Load.PACED ? rate : 0));
        }
      }
    }
    return courses;
  }

  private Measured measure(Contender contender, Course course, int round) throws Exception {
    System.gc();
    Effort effort = new Effort(millis(warmUp), millis(seconds), backlog, PATIENCE);
    Measured measured = run(contender, course, effort);
    System.err.printf(
        Locale.ROOT,
        "%s, round %d, %s: %,.0f published/s, %,.0f delivered/s, p99 %.2f ms%s%n",
        course,
        round,
        contender.name(),
        measured.publishedPerSecond(),
        measured.deliveredPerSecond(),
        measured.p99Ms(),
        measured.isClean() ? "" : ", NOT CLEAN: " + measured);
    return measured;
  }

  private Measured run(Contender contender, Course course, Effort effort)
      throws InterruptedException {
    try {
      return new Trial(contender, course, effort, environment).run();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      return Measured.failed(contender.name(), course, e);
    }
  }

  private static Duration millis(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1_000));
  }

  private static final class LoadConverter implements ITypeConverter<Load> {
    @Override
    public Load convert(String text) {
      return Load.valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  private static final class FsyncConverter implements ITypeConverter<Fsync> {
    @Override
    public Fsync convert(String text) {
      return Fsync.valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  private static final class ShapeConverter implements ITypeConverter<Shape> {
    @Override
    public Shape convert(String text) {
      return Shape.parse(text);
    }
  }
}

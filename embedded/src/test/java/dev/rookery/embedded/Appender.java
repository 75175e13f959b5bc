package dev.rookery.embedded;

import dev.rookery.Draft;
import dev.rookery.Durability;
import dev.rookery.EventBus;
import dev.rookery.PublishRejected;
import dev.rookery.PublishUnknown;
import dev.rookery.Receipt;
import dev.rookery.RookeryException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * A process of its own that publishes on a bus until it is killed or its log fails, and says so: a
 * line {@code id position} per receipt, {@code id unknown} or {@code id rejected} where a publisher
 * gave up, and {@code ready true} or {@code ready false} when all have.
 */
final class Appender implements AutoCloseable {
  /** How many ids an appender takes, from its first on. */
  static final int ROOM = 1_000_000;

  private final Process process;
  private final BufferedReader output;

  /** What kind of appender. */
  enum Kind {
    /** Says what is true. */
    HONEST,
    /** The seeded bug: says that an event is stored when the one before it has yet to be. */
    HASTY
  }

  private Appender(Process process) {
    this.process = process;
    this.output = process.inputReader();
  }

  /** Starts one with 16 publishers, whose ids begin with this number. */
  static Appender start(Path folder, int first) throws IOException {
    return start(folder, first, 16, Kind.HONEST, Map.of());
  }

  static Appender start(
      Path folder, int first, int publishers, Kind kind, Map<String, String> environment)
      throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Appender.class.getName(),
            folder.toString(),
            Integer.toString(first),
            Integer.toString(publishers),
            kind.name());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    return new Appender(builder.start());
  }

  Stream<String> lines() {
    return output.lines();
  }

  String line() throws IOException {
    String line = output.readLine();
    return line == null ? "" : line;
  }

  /** Kills it as {@code kill -9} does, and waits for its end; what it said is still there. */
  void kill() {
    process.toHandle().destroyForcibly();
    process.onExit().join();
  }

  /** Kills it and returns what it had said by then; a line that is cut is left out. */
  List<String> killed() {
    kill();
    List<String> lines = new ArrayList<>(output.lines().toList());
    if (!lines.isEmpty()) {
      lines.removeLast();
    }
    return lines;
  }

  @Override
  public void close() {
    kill();
    try {
      output.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static void main(String[] args) {
    int first = Integer.parseInt(args[1]);
    int publishers = Integer.parseInt(args[2]);
    Kind kind = Kind.valueOf(args[3]);
    try (EventBus bus = EventBus.open("file:" + args[0])) {
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < publishers; i++) {
          int begin = first + i * (ROOM / publishers);
          threads.execute(() -> publish(bus, begin, kind));
        }
      }
      System.out.println("ready " + bus.operations().health().ready());
    } catch (RookeryException e) {
      System.out.println(e);
    }
  }

  /** Publishes until the log refuses, or nobody listens any more. */
  private static void publish(EventBus bus, int begin, Kind kind) {
    for (int number = begin; !System.out.checkError(); number++) {
      String id = "event-" + number;
      try {
        if (kind == Kind.HASTY) {
          System.out.println("event-" + (number + 1) + " 0");
        }
        Receipt receipt = bus.publish(draft(id));
        if (receipt.durability() != Durability.FSYNCED) {
          System.out.println(id + " " + receipt.durability());
        } else if (kind == Kind.HONEST) {
          System.out.println(id + " " + receipt.position());
        }
      } catch (PublishUnknown e) {
        System.out.println(id + " unknown");
        return;
      } catch (PublishRejected e) {
        System.out.println(id + " rejected");
        return;
      }
    }
  }

  private static Draft draft(String id) {
    return Draft.of("user.message.received", "{\"n\":\"" + id + "\"}").source("bot-1").id(id);
  }
}

package dev.rookery.benchmarks.bus;

import dev.rookery.EventBus;
import dev.rookery.benchmarks.load.Contender;
import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Load;
import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Running;
import dev.rookery.benchmarks.load.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The bus of a server on the embedded log, over HTTP and WebSocket. The server lives through all
 * runs and keeps their events; the subscriptions are new in each.
 */
public final class HttpContender implements Contender {
  private final BusSettings settings;
  private final Path parent;
  private final Optional<Path> launcher;
  private final boolean plainPosts;
  private @Nullable ServerProcess server;

  /**
   * The bus of a server.
   *
   * @param launcher starts the server; empty: this process' Java and class path
   * @param plainPosts whether every event is a request of its own, by a plain HTTP client, instead
   *     of going through the bus' client, which lets what waits travel together
   */
  public HttpContender(
      BusSettings settings, Path parent, Optional<Path> launcher, boolean plainPosts) {
    this.settings = settings;
    this.parent = parent;
    this.launcher = launcher;
    this.plainPosts = plainPosts;
  }

  @Override
  public String name() {
    return plainPosts ? "http-post" : "http";
  }

  @Override
  public boolean runs(Course course) {
    return !plainPosts || course.load() != Load.BATCHES;
  }

  @Override
  public Running start(Course course, List<Tally> tallies) throws Exception {
    ServerProcess its = server;
    if (its == null) {
      its = ServerProcess.start(parent, launcher);
      server = its;
    }
    EventBus bus = EventBus.open(its.address());
    return new RunningServer(
        its, new RunningBus(bus, settings, tallies, List.of(its.handle()), () -> {}), plainPosts);
  }

  @Override
  public void close() throws IOException {
    ServerProcess its = server;
    if (its != null) {
      its.close();
    }
  }

  private record RunningServer(ServerProcess server, RunningBus bus, boolean plainPosts)
      implements Running {
    @Override
    public Publishing publishing() throws IOException {
      return plainPosts ? new PostPublishing(server.authority()) : bus.publishing();
    }

    @Override
    public List<ProcessHandle> servers() {
      return bus.servers();
    }

    @Override
    public long settle() throws InterruptedException {
      return bus.settle();
    }

    @Override
    public Map<String, Double> figures() {
      return bus.figures();
    }

    @Override
    public void close() throws IOException {
      bus.close();
    }
  }
}

package dev.rookery.benchmarks.redis;

import dev.rookery.benchmarks.load.Contender;
import dev.rookery.benchmarks.load.Course;
import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Running;
import dev.rookery.benchmarks.load.Sample;
import dev.rookery.benchmarks.load.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;

/**
 * A Redis stream as a bare log on blocking sockets: batches of {@code XADD} in one write, {@code
 * XREAD} from a position in memory; no groups, no acknowledgements, no saved places. The limit.
 */
public final class LogContender implements Contender {
  private final Path parent;
  private final Fsync fsync;

  public LogContender(Path parent, Fsync fsync) {
    this.parent = parent;
    this.fsync = fsync;
  }

  @Override
  public String name() {
    return "redis-log";
  }

  @Override
  public Running start(Course course, List<Tally> tallies) throws Exception {
    RedisNode node = RedisNode.start(parent, fsync);
    List<LogReader> readers = new ArrayList<>();
    for (Tally tally : tallies) {
      readers.add(new LogReader(new BareSocket(node.address()), tally));
    }
    Publishers publishers =
        new Publishers(course.load(), () -> new Adding(new BareSocket(node.address())));
    return new RunningLog(node, readers, publishers);
  }

  private record RunningLog(RedisNode node, List<LogReader> readers, Publishers publishers)
      implements Running {
    @Override
    public Publishing publishing() throws Exception {
      return publishers.next();
    }

    @Override
    public List<ProcessHandle> servers() {
      return List.of(node.process());
    }

    /** Entries that a reader has not seen. */
    @Override
    public long settle() {
      readers.forEach(LogReader::finish);
      long handled = readers.stream().mapToLong(LogReader::stop).sum();
      try (Connection control = node.connect()) {
        control.sendCommand(Protocol.Command.XLEN, Entries.STREAM);
        return control.getIntegerReply() * readers.size() - handled;
      }
    }

    @Override
    public void close() throws IOException {
      try (node;
          publishers) {
        readers.forEach(LogReader::stop);
      }
    }
  }

  private record Adding(BareSocket socket) implements Publishing {
    @Override
    public void publish(List<Sample> events) throws IOException {
      for (Sample event : events) {
        add(event);
      }
      socket.send();
      for (int i = 0; i < events.size(); i++) {
        socket.text();
      }
    }

    /** The same fields as everybody's, of which the data is bytes already. */
    private void add(Sample event) {
      socket.command(3 + 2 * Entries.FIELDS).text("XADD").text(Entries.STREAM).text("*");
      socket.text("id").text(event.id());
      socket.text("type").text(Sample.TYPE);
      socket.text("source").text(event.source());
      socket.text("data").text(event.data());
      socket.text("correlation_id").text(event.correlation());
      socket.text("causation_id").text("");
      socket.text("timestamp").text(Entries.seconds(event.time()));
      socket.text("version").text(Integer.toString(Sample.VERSION));
      socket.text("key").text(event.key());
    }

    @Override
    public void close() {
      socket.close();
    }
  }
}

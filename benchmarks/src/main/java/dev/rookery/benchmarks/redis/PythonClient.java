package dev.rookery.benchmarks.redis;

import dev.rookery.benchmarks.load.Publishing;
import dev.rookery.benchmarks.load.Sample;
import dev.rookery.benchmarks.load.Tally;
import dev.rookery.benchmarks.load.Threads;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The requirement's Python: a process for each publisher and each group. Events go in and out
 * through pipes, which costs it a hundredth of its time.
 */
final class PythonClient implements GroupClient {
  static final String GROUP = "bot-group-";

  private final String port;
  private final List<PythonProcess> processes = new CopyOnWriteArrayList<>();

  PythonClient(RedisNode node) {
    port = Integer.toString(node.address().getPort());
  }

  private PythonProcess start(String... arguments) throws IOException {
    PythonProcess started = PythonProcess.start(arguments);
    processes.add(started);
    return started;
  }

  @Override
  public Publishing publishing() throws IOException {
    return new Adding(start("publish", port));
  }

  @Override
  public Reader read(String group, Tally tally) throws IOException {
    return new Reading(start("consume", port, group.substring(GROUP.length())), tally);
  }

  @Override
  public List<ProcessHandle> processes() {
    return processes.stream().map(PythonProcess::handle).toList();
  }

  @Override
  public void close() {
    processes.forEach(PythonProcess::finish);
    processes.forEach(PythonProcess::close);
  }

  private record Adding(PythonProcess process) implements Publishing {
    /** Ids and times of the events are Python's own. */
    @Override
    public void publish(List<Sample> events) throws IOException {
      BufferedWriter input = process.input();
      for (Sample event : events) {
        input.write(Sample.TYPE + '\t' + event.source() + '\t' + event.correlation() + '\t');
        input.write(new String(event.data(), StandardCharsets.US_ASCII));
        input.write('\n');
      }
      input.write('\n');
      input.flush();
      process.awaitEmptyLine();
    }
  }

  private static final class Reading implements Reader {
    private final PythonProcess process;
    private final Tally tally;
    private final Thread thread;

    Reading(PythonProcess process, Tally tally) {
      this.process = process;
      this.tally = tally;
      this.thread = Thread.ofPlatform().daemon().name("python-output").start(this::run);
    }

    private void run() {
      try {
        for (String line = process.output().readLine();
            line != null;
            line = process.output().readLine()) {
          tally.take(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void finish() {
      process.finish();
    }

    @Override
    public void stop() {
      finish();
      Threads.join(thread);
    }
  }
}

package dev.rookery.benchmarks.redis;

import dev.rookery.benchmarks.load.Tally;
import dev.rookery.benchmarks.load.Threads;
import java.util.List;
import java.util.Map;

/** Reads for a group on a thread of its own, batch after batch. */
final class GroupReader<E> implements GroupClient.Reader {
  private final Source<E> source;
  private final Tally tally;
  private final Thread thread;
  private volatile boolean stopped;

  /** Where the entries come from. */
  interface Source<E> extends AutoCloseable {
    /** Settles what was handled and waits a while for what is next; no entries are an end of it. */
    List<E> next(List<E> handled) throws Exception;

    Map<String, String> fields(E entry);

    @Override
    default void close() {}
  }

  GroupReader(String group, Source<E> source, Tally tally) {
    this.source = source;
    this.tally = tally;
    this.thread = Thread.ofPlatform().daemon().name(group).start(this::run);
  }

  private void run() {
    try (source) {
      List<E> handled = List.of();
      while (!stopped || !handled.isEmpty()) {
        handled = source.next(handled);
        for (E entry : handled) {
          tally.take(Entries.data(source.fields(entry)));
        }
      }
    } catch (Exception e) {
      throw new IllegalStateException("the reader of " + thread.getName() + " failed", e);
    }
  }

  @Override
  public void finish() {
    stopped = true;
  }

  @Override
  public void stop() {
    finish();
    Threads.join(thread);
  }
}

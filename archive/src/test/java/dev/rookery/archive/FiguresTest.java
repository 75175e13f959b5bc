package dev.rookery.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Event;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Place;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** What the archive takes and how fast it is read, on chat; see {@link Chat} for the real one. */
class FiguresTest {
  private static final Partition USER = new Partition("user", 0);
  private static final int EVENTS_A_SEGMENT = Integer.getInteger("rookery.segment", 16_384);
  private static final int ROUNDS = Integer.getInteger("rookery.rounds", 2);

  private final List<Entry> events = Chat.events();
  private final Optional<Dictionary> dictionary = learned();

  private Optional<Dictionary> learned() {
    return Dictionary.train(
        events.subList(0, events.size() / 10).stream()
            .map(entry -> ((Entry.Stored) entry).event())
            .toList());
  }

  private List<byte[]> segments() {
    List<byte[]> segments = new ArrayList<>();
    for (int from = 0; from < events.size(); from += EVENTS_A_SEGMENT) {
      List<Entry> run = events.subList(from, Math.min(events.size(), from + EVENTS_A_SEGMENT));
      Place before = new Place(Position.of(from), from);
      segments.add(SegmentWriter.write(USER, before, Instant.EPOCH, run, dictionary));
    }
    return segments;
  }

  @Test
  void chatTakesFewBytesAndIsReadFast() throws IOException {
    long began = System.nanoTime();
    List<byte[]> segments = segments();
    double writing = (System.nanoTime() - began) / 1e9;
    long stored = segments.stream().mapToLong(segment -> segment.length).sum();
    long learned = dictionary.map(known -> (long) known.bytes().remaining()).orElse(0L);
    double each = (double) (stored + learned) / events.size();
    System.out.printf(
        "%d events, %d segments, dictionary %d bytes: archive %.2f, JSON %.1f, gzip of it %.1f"
            + " bytes an event; written at %.0f events/s%n",
        events.size(),
        segments.size(),
        learned,
        each,
        jsonBytes(false),
        jsonBytes(true),
        events.size() / writing);
    columns(segments);
    assertThat(each).isLessThan(40);
    assertThat(readAll(segments)).isEqualTo(events);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    for (int round = 0; round < ROUNDS; round++) {
      began = System.nanoTime();
      long worked = threads.getCurrentThreadCpuTime();
      long counted = count(segments);
      double seconds = (System.nanoTime() - began) / 1e9;
      double busy = (threads.getCurrentThreadCpuTime() - worked) / 1e9;
      System.out.printf(
          "read at %.0f events/s, at %.0f by processor time%n", counted / seconds, counted / busy);
    }
  }

  private long count(List<byte[]> segments) {
    long counted = 0;
    for (byte[] bytes : segments) {
      Segment segment = Segment.open(bytes, dictionary);
      for (int row = 0; row < segment.header().count(); row++) {
        counted += segment.entry(row).sizeBytes() > 0 ? 1 : 0;
      }
    }
    return counted;
  }

  private List<Entry> readAll(List<byte[]> segments) {
    List<Entry> read = new ArrayList<>(events.size());
    for (byte[] bytes : segments) {
      Segment segment = Segment.open(bytes, dictionary);
      for (int row = 0; row < segment.header().count(); row++) {
        read.add(segment.entry(row));
      }
    }
    return read;
  }

  private void columns(List<byte[]> segments) {
    Map<Integer, Long> bytes = new TreeMap<>();
    long headers = 0;
    for (byte[] segment : segments) {
      headers += SegmentHeader.length(segment);
      SegmentHeader.read(segment)
          .blocks()
          .forEach(block -> bytes.merge(block.column(), (long) block.storedBytes(), Long::sum));
    }
    StringBuilder line = new StringBuilder();
    bytes.forEach(
        (column, size) -> line.append(" %d:%.2f".formatted(column, (double) size / events.size())));
    System.out.printf("by column:%s, headers %.2f%n", line, (double) headers / events.size());
  }

  private double jsonBytes(boolean packed) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (var to = packed ? new GZIPOutputStream(out) : out) {
      for (Entry entry : events) {
        Event event = ((Entry.Stored) entry).event();
        String line =
            """
            {"specversion":"1.0","id":"%s","type":"%s","source":"%s","time":"%s","partitionkey":"%s",\
            "correlationid":"%s","dataversion":1,"datacontenttype":"application/json","data":%s}
            """
                .formatted(
                    event.id(),
                    event.type(),
                    event.source(),
                    event.time(),
                    event.key(),
                    event.correlation(),
                    event.data().text());
        to.write(line.getBytes(StandardCharsets.UTF_8));
      }
    }
    return (double) out.size() / events.size();
  }
}

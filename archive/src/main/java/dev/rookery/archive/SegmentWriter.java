package dev.rookery.archive;

import dev.rookery.Event;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.archive.References.Wish;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Writes a run of a partition's entries as a segment. */
final class SegmentWriter {
  private final List<Entry> entries;
  private final List<Event> events = new ArrayList<>();
  private final List<String> ids;
  private final long[] millis;
  private final Set<String> spokenOf = new HashSet<>();

  private SegmentWriter(List<Entry> entries) {
    this.entries = entries;
    Instant time = Instant.EPOCH;
    for (Entry entry : entries) {
      Event event =
          switch (entry) {
            case Entry.Stored stored -> stored.event();
            case Entry.Broken broken -> standIn(broken, time);
          };
      time = event.time();
      events.add(event);
    }
    ids = events.stream().map(Event::id).toList();
    millis = Times.millis(events.stream().map(Event::time).toList());
  }

  /** A row for what is no event: all its columns say nothing, but for its bytes. */
  private static Event standIn(Entry.Broken broken, Instant time) {
    return new Event("", "", "", "", time, "", Optional.empty(), 1, broken.raw(), Map.of());
  }

  /**
   * A segment's bytes.
   *
   * @param before the place before the first entry
   * @param taken the log had taken the last by then
   */
  static byte[] write(
      Partition partition,
      Place before,
      Instant taken,
      List<Entry> entries,
      Optional<Dictionary> dictionary) {
    if (entries.isEmpty() || entries.size() > Segment.MOST_ENTRIES) {
      throw new IllegalArgumentException("a segment of " + entries.size() + " entries");
    }
    SegmentWriter writer = new SegmentWriter(List.copyOf(entries));
    Packed.Press press = new Packed.Press(dictionary);
    writer.columns(press);
    Output out = new Output();
    int needed = dictionary.map(Dictionary::id).orElse(0);
    out.raw(writer.header(partition, before, taken, needed, press.blocks).bytes());
    out.raw(press.stored.bytes());
    return out.bytes();
  }

  private SegmentHeader header(
      Partition partition, Place before, Instant taken, int dictionary, List<Packed> blocks) {
    Instant earliest = events.getFirst().time();
    Instant latest = earliest;
    SegmentHeader.Millis range = SegmentHeader.Millis.NONE;
    for (Event event : events) {
      earliest = event.time().isBefore(earliest) ? event.time() : earliest;
      latest = event.time().isAfter(latest) ? event.time() : latest;
      range =
          IdColumn.uuid(event.id())
              .filter(IdColumn::isSeven)
              .map(IdColumn::millis)
              .map(range::with)
              .orElse(range);
    }
    Position last = entries.getLast().position();
    return new SegmentHeader(
        partition, events.size(), before, last, taken, earliest, latest, range, dictionary, blocks);
  }

  private void columns(Packed.Press press) {
    Output out = new Output();
    Output random = new Output();
    Longs.writeRising(out, entries.stream().mapToLong(e -> e.position().high()).toArray());
    Longs.writeRising(out, entries.stream().mapToLong(e -> e.position().low()).toArray());
    press.add(Segment.POSITIONS, out.taken());
    Times.write(out, events.stream().map(Event::time).toList());
    press.add(Segment.TIMES, out.taken());
    IdColumn.write(ids, millis, out, random);
    press.add(Segment.IDS, out.taken());
    press.add(Segment.IDS + 1, random.taken());
    references(
        press, Segment.CORRELATIONS, events.stream().map(SegmentWriter::correlation).toList());
    references(press, Segment.CAUSATIONS, events.stream().map(SegmentWriter::causation).toList());
    texts(press, Segment.TYPES, events.stream().map(Event::type).toList());
    texts(press, Segment.SOURCES, events.stream().map(Event::source).toList());
    texts(press, Segment.KEYS, events.stream().map(Event::key).toList());
    texts(press, Segment.CONTENT_TYPES, events.stream().map(e -> e.data().contentType()).toList());
    Longs.writeRising(out, events.stream().mapToLong(Event::version).toArray());
    press.add(Segment.VERSIONS, out.taken());
    Texts.write(out, events.stream().map(SegmentWriter::attributes).toList());
    press.add(Segment.ATTRIBUTES, out.taken());
    broken(out);
    press.add(Segment.BROKEN, out.taken());
    ids.stream()
        .filter(id -> IdColumn.uuid(id).filter(IdColumn::isSeven).isEmpty())
        .forEach(spokenOf::add);
    IdFilter.write(out, spokenOf);
    press.add(Segment.FILTER, out.taken());
    payloads(press);
  }

  private static void texts(Packed.Press press, int column, List<String> texts) {
    Output out = new Output();
    Texts.writeStrings(out, texts);
    press.add(column, out.bytes());
  }

  private static Wish correlation(Event event) {
    return event.correlation().equals(event.id())
        ? new Wish.Code(References.NONE)
        : new Wish.Id(event.correlation());
  }

  private static Wish causation(Event event) {
    return event
        .causation()
        .<Wish>map(cause ->
            cause.equals(event.correlation())
                ? new Wish.Code(References.AS_CORRELATION)
                : new Wish.Id(cause))
        .orElse(new Wish.Code(References.NONE));
  }

  private void references(Packed.Press press, int column, List<Wish> wishes) {
    Output out = new Output();
    Output random = new Output();
    spokenOf.addAll(References.write(ids, wishes, millis, out, random));
    press.add(column, out.bytes());
    press.add(column + 1, random.bytes());
  }

  private static byte[] attributes(Event event) {
    Output out = new Output();
    new TreeMap<>(event.attributes())
        .forEach((name, value) -> {
          out.text(name);
          out.text(value);
        });
    return out.bytes();
  }

  private void broken(Output out) {
    List<String> reasons = new ArrayList<>();
    List<Long> rows = new ArrayList<>();
    for (int row = 0; row < entries.size(); row++) {
      if (entries.get(row) instanceof Entry.Broken broken) {
        rows.add((long) row);
        reasons.add(broken.reason());
      }
    }
    out.number(rows.size());
    Longs.writeRising(out, rows.stream().mapToLong(Long::longValue).toArray());
    Texts.writeStrings(out, reasons);
  }

  private void payloads(Packed.Press press) {
    Output shapes = new Output();
    List<Output> columns = new ArrayList<>();
    Payloads.write(
        events.stream().map(event -> event.data().toArray()).toList(),
        shapes,
        () -> {
          columns.add(new Output());
          return columns.getLast();
        });
    press.add(Segment.TEMPLATES, shapes.bytes());
    for (int i = 0; i < columns.size(); i++) {
      press.add(Segment.VALUES + i, columns.get(i).bytes());
    }
  }
}

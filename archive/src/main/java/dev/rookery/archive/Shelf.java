package dev.rookery.archive;

import dev.rookery.DamagedLog;
import dev.rookery.NotFound;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Place;
import dev.rookery.spi.SegmentStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The segments of an archive: which there are, by their names, and what is in them. Others add to
 * the store too; who misses something has it looked through again.
 */
final class Shelf {
  private static final Pattern DICTIONARY = Pattern.compile("(.+)\\.([0-9a-f]{8})\\.dictionary");

  /** Of several that begin together, the last one reaches furthest, and is not given up. */
  private static final Comparator<SegmentName> ORDER =
      Comparator.comparing(SegmentName::before)
          .thenComparing(SegmentName::last)
          .thenComparing(SegmentName::givenUp, Comparator.reverseOrder());

  private static final int HEADER_GUESS = 8 << 10;
  private static final int OPEN_SEGMENTS = 2;

  private final SegmentStore store;
  private final Map<SegmentName, SegmentHeader> headers = new ConcurrentHashMap<>();
  private final Map<Integer, Dictionary> dictionaries = new ConcurrentHashMap<>();
  private final LinkedHashMap<SegmentName, Segment> open = new LinkedHashMap<>();
  private volatile Map<Partition, List<SegmentName>> names = Map.of();

  Shelf(SegmentStore store) {
    this.store = store;
    refresh();
  }

  SegmentStore store() {
    return store;
  }

  /** Looks the store through. */
  void refresh() {
    Map<Partition, List<SegmentName>> found = new TreeMap<>();
    for (String text : store.names()) {
      SegmentName.parse(text)
          .ifPresent(
              name -> found.computeIfAbsent(name.partition(), p -> new ArrayList<>()).add(name));
    }
    found.values().forEach(each -> each.sort(ORDER));
    names = found;
    Set<SegmentName> there = new HashSet<>();
    found.values().forEach(there::addAll);
    headers.keySet().retainAll(there);
  }

  /** What there is, by partition, and how many bytes each segment takes. */
  Map<Partition, Map<SegmentName, Long>> sizes() {
    Map<Partition, Map<SegmentName, Long>> sizes = new TreeMap<>();
    store
        .sizes()
        .forEach((text, bytes) ->
            SegmentName.parse(text)
                .ifPresent(name ->
                    sizes
                        .computeIfAbsent(name.partition(), p -> new HashMap<>())
                        .put(name, bytes)));
    return sizes;
  }

  /** Does something with what is there, anew as often as a piece had gone or been renamed. */
  <T> T looking(Supplier<T> work) {
    while (true) {
      Map<Partition, List<SegmentName>> seen = names;
      try {
        return work.get();
      } catch (NotFound e) {
        refresh();
        if (names.equals(seen)) {
          throw e;
        }
      }
    }
  }

  /** The segments of a partition, in order. */
  List<SegmentName> of(Partition partition) {
    return names.getOrDefault(partition, List.of());
  }

  /** Those of every partition, but for those given up. */
  List<SegmentName> all() {
    return names.values().stream().flatMap(List::stream).filter(name -> !name.givenUp()).toList();
  }

  /** The segment in which reading after a position goes on: of several the one that reaches far. */
  Optional<SegmentName> after(Partition partition, Position position) {
    Optional<SegmentName> known = known(partition, position);
    if (known.isPresent()) {
      return known;
    }
    refresh();
    return known(partition, position);
  }

  /**
   * Only where others begin later and end earlier than one before them all have to be looked at.
   */
  private Optional<SegmentName> known(Partition partition, Position position) {
    List<SegmentName> sorted = of(partition);
    int low = 0;
    int high = sorted.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted.get(middle).before().isAfter(position)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    if (low > 0 && sorted.get(low - 1).follows(position)) {
      return Optional.of(sorted.get(low - 1));
    }
    return sorted.subList(0, low).stream()
        .filter(name -> name.follows(position))
        .reduce((one, other) -> other);
  }

  SegmentHeader header(SegmentName name) {
    return headers.computeIfAbsent(name, n -> named(n, () -> readHeader(n)).withoutBlocks());
  }

  private SegmentHeader readHeader(SegmentName name) {
    byte[] start = store.read(name.toString(), HEADER_GUESS);
    int length = SegmentHeader.length(start);
    return SegmentHeader.read(length <= start.length ? start : store.read(name.toString(), length));
  }

  /** The place before a segment's first entry. */
  Place before(SegmentName name) {
    return header(name).before();
  }

  /** A segment's bytes, by columns. */
  SegmentFile file(SegmentName name) {
    return named(
        name,
        () -> {
          byte[] bytes = store.read(name.toString());
          SegmentHeader header = SegmentHeader.read(bytes);
          return SegmentFile.of(bytes, dictionaryOf(name, header));
        });
  }

  /** The dictionary without which a segment cannot be read. */
  Optional<Dictionary> dictionaryOf(SegmentName name, SegmentHeader header) {
    return header.dictionary() == 0
        ? Optional.empty()
        : Optional.of(dictionary(name.partition().stream(), header.dictionary()));
  }

  /** A segment, ready to be read. The last few are kept so. */
  Segment segment(SegmentName name) {
    synchronized (open) {
      Segment known = open.get(name);
      if (known != null) {
        return known;
      }
    }
    SegmentFile file = file(name);
    Segment segment = named(name, () -> checked(name, Segment.of(file)));
    synchronized (open) {
      open.put(name, segment);
      while (open.size() > OPEN_SEGMENTS) {
        open.pollFirstEntry();
      }
    }
    return segment;
  }

  /** A segment as the store has it, whatever is known of it and of its dictionary. */
  Segment reread(SegmentName name) {
    synchronized (open) {
      open.remove(name);
    }
    headers.remove(name);
    dictionaries.clear();
    return segment(name);
  }

  /** When the log had taken the last of a segment; empty where it does not say. */
  Optional<Instant> taken(SegmentName name) {
    return readable(name).map(SegmentHeader::taken);
  }

  private Optional<SegmentHeader> readable(SegmentName name) {
    try {
      return Optional.of(header(name));
    } catch (DamagedLog | NotFound e) {
      return Optional.empty();
    }
  }

  private static Segment checked(SegmentName name, Segment segment) {
    if (!SegmentName.of(segment.header()).equals(name)) {
      throw new DamagedLog("it is another segment than its name says");
    }
    return segment;
  }

  private <T> T named(SegmentName name, Supplier<T> work) {
    try {
      return work.get();
    } catch (DamagedLog e) {
      throw new DamagedLog(
          "the segment "
              + store.place(name.toString())
              + " cannot be read: "
              + e.getMessage()
              + "; put back an intact copy, or rename it to "
              + name.whenGivenUp()
              + " to pass over its events, from after "
              + name.before()
              + " to "
              + name.last(),
          e);
    }
  }

  static String dictionaryName(String stream, int id) {
    return "%s.%08x.dictionary".formatted(stream, id);
  }

  private Dictionary dictionary(String stream, int id) {
    return dictionaries.computeIfAbsent(id, n -> readDictionary(dictionaryName(stream, n), n));
  }

  /** Reads a dictionary as the store has it, whatever is known of it. */
  void checkDictionary(String name) {
    Matcher form = DICTIONARY.matcher(name);
    if (!form.matches()) {
      throw new DamagedLog("its name is not that of a dictionary");
    }
    Dictionary.read(Integer.parseUnsignedInt(form.group(2), 16), store.read(name));
  }

  private Dictionary readDictionary(String name, int id) {
    try {
      return Dictionary.read(id, store.read(name));
    } catch (DamagedLog e) {
      throw new DamagedLog(store.place(name) + ": " + e.getMessage(), e);
    }
  }

  /** The dictionary of a stream that is used from now on, where one was learned. */
  Optional<Dictionary> dictionary(String stream) {
    List<Integer> known = dictionaryIds(stream);
    return known.isEmpty() ? Optional.empty() : Optional.of(dictionary(stream, known.getFirst()));
  }

  /** Those of a stream: one, and others that were learned at the same time. */
  private List<Integer> dictionaryIds(String stream) {
    return store.names().stream()
        .map(DICTIONARY::matcher)
        .filter(form -> form.matches() && form.group(1).equals(stream))
        .map(form -> Integer.parseUnsignedInt(form.group(2), 16))
        .sorted()
        .toList();
  }

  /** Keeps a dictionary; from then on segments may name it. */
  void put(String stream, Dictionary dictionary) {
    store.put(dictionaryName(stream, dictionary.id()), dictionary.toArray());
  }

  /**
   * Removes the dictionaries of a stream of which it is sure that no segment needs them, but never
   * the one that is used from now on. Who writes a segment with another at this moment reads it
   * back before he trusts it, and finds it missing.
   */
  void clearDictionaries(String stream) {
    List<Integer> known = dictionaryIds(stream);
    if (known.size() < 2) {
      return;
    }
    refresh();
    Set<Integer> needed = new HashSet<>(Set.of(known.getFirst()));
    for (SegmentName name : names.values().stream().flatMap(List::stream).toList()) {
      if (name.partition().stream().equals(stream)) {
        Optional<SegmentHeader> header = readable(name);
        if (header.isEmpty()) {
          return;
        }
        needed.add(header.get().dictionary());
      }
    }
    known.stream()
        .filter(id -> !needed.contains(id))
        .forEach(id -> store.remove(dictionaryName(stream, id)));
  }

  /** Keeps a segment; from then on it can be found. */
  SegmentName put(byte[] segment) {
    SegmentName name = SegmentName.of(SegmentHeader.read(segment));
    store.put(name.toString(), segment);
    return name;
  }
}

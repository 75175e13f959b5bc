package dev.rookery.postgres;

import dev.rookery.Catalogue;
import dev.rookery.EventTypeInfo;
import dev.rookery.Position;
import dev.rookery.Search;
import dev.rookery.TypePattern;
import dev.rookery.spi.Entry;
import dev.rookery.spi.EventLog;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Looks for events of a partition.
 *
 * <h2>By an index, or part by part</h2>
 *
 * Conversations and effects of a cause have an index, which leads to pages in which they may stand;
 * what else is asked for is tested here. All other searches go through the log in the server, which
 * hands out what can be of interest and no more. Each looks at a bounded part of it, the former at
 * a larger one.
 *
 * <h2>What is tested there</h2>
 *
 * Types, as the catalogue names them; source, key and time; and of a condition the texts that it
 * requires ({@link RequiredTexts}). Those in the data are looked for in its bytes, which need not
 * be JSON: nothing is cast that could fail. A text in JSON stands there as it is, unless somebody
 * wrote it with {@code \}{@code u} or in UTF-16, and then the row is handed out. Data that is
 * brought to its present version first is handed out too.
 */
final class EventSearch {
  private static final long PART_EVENTS = 20_000;
  private static final long PART_BYTES = 16L << 20;
  private static final long INDEXED_EVENTS = 500_000;
  private static final int BEFORE = 1;
  private static final String COLUMNS = EventRow.COLUMNS + ", octet_length(e.data) AS size";

  private final Database database;
  private final String events;
  private final Search wanted;
  private final Catalogue catalogue;

  /** Conditions with marks, and their values in the same order. */
  private static final class Where {
    private final StringBuilder sql = new StringBuilder();
    private final List<Object> values = new ArrayList<>();

    void add(String condition, Object... marks) {
      sql.append(" AND ").append(condition);
      values.addAll(List.of(marks));
    }
  }

  EventSearch(Database database, int number, Search wanted, Catalogue catalogue) {
    this.database = database;
    this.events = "rookery.events_" + number;
    this.wanted = wanted;
    this.catalogue = catalogue;
  }

  /** Those after a position. */
  EventLog.Found after(long after, Tail tail, int limit) {
    long end = Math.min(tail.last(), after + INDEXED_EVENTS);
    Optional<String> correlation = wanted.correlation().filter(name -> !name.isEmpty());
    if (correlation.isPresent()) {
      String name = correlation.get();
      return found(conversation(events), end, tail.last(), limit, after, end, name);
    }
    Optional<String> causation = wanted.causation().filter(name -> !name.isEmpty());
    return causation.isPresent()
        ? found(effects(events), end, tail.last(), limit, after, end, causation.get())
        : part(after, tail, limit);
  }

  /** The marks are for two positions and a name. */
  static String conversation(String events) {
    return named(events, "correlation");
  }

  /** The marks are for two positions and a name. */
  static String effects(String events) {
    return named(events, "causation");
  }

  private static String named(String events, String column) {
    return "SELECT "
        + COLUMNS
        + " FROM "
        + events
        + " e WHERE e.position > ? AND e.position <= ? AND e."
        + column
        + " = ?";
  }

  private EventLog.Found part(long after, Tail tail, int limit) {
    long end = endOfPart(after, tail);
    Where where = new Where();
    where.add("e.position <= ?", end);
    types(where);
    wanted.source().ifPresent(source -> where.add("e.source = ?", source));
    wanted.key().ifPresent(key -> where.add("e.key = ?", key));
    wanted.correlation().ifPresent(name -> where.add("e.correlation = ?", name));
    wanted.causation().ifPresent(name -> where.add("e.causation = ?", name));
    wanted.since().ifPresent(since -> where.add("e.time >= ?", Times.of(micros(since))));
    wanted.until().ifPresent(until -> where.add("e.time <= ?", Times.of(until)));
    wanted.where().ifPresent(condition -> texts(where, condition));
    List<Object> values = new ArrayList<>(List.of(after));
    values.addAll(where.values);
    String sql = "SELECT " + COLUMNS + " FROM " + events + " e WHERE e.position > ?" + where.sql;
    return found(sql, end, tail.last(), limit, values.toArray());
  }

  private static Instant micros(Instant time) {
    return time.truncatedTo(ChronoUnit.MICROS);
  }

  /** Events are counted by their positions, and their bytes by the totals. */
  private long endOfPart(long after, Tail tail) {
    long furthest = Math.min(tail.last(), after + PART_EVENTS);
    if (furthest <= after + 1) {
      return furthest;
    }
    String sql =
        "SELECT max(e.position) FROM "
            + events
            + " e WHERE e.position > ? AND e.position <= ? AND e.total <= (SELECT b.total FROM "
            + events
            + " b WHERE b.position = ?) + ?";
    long within =
        database
            .call(session ->
                session.first(
                    (ResultSet row) -> row.getLong(1),
                    sql,
                    after + 1,
                    furthest,
                    after + 1,
                    PART_BYTES))
            .orElse(0L);
    return Math.max(within, after + 1);
  }

  private void types(Where where) {
    if (wanted.patterns().isEmpty() || wanted.patterns().contains(TypePattern.of("**"))) {
      return;
    }
    String pattern =
        wanted.patterns().stream()
            .map(EventSearch::regex)
            .collect(Collectors.joining("|", "^(", ")$"));
    where.add("(e.type ~ ? OR e.type = ANY (string_to_array(?, ',')))", pattern, otherNames());
  }

  private static String regex(TypePattern pattern) {
    return Stream.of(pattern.text().split("\\.", -1))
        .map(token -> token.equals("**") ? ".+" : token.equals("*") ? "[^.]+" : token)
        .collect(Collectors.joining("\\."));
  }

  /** The names in the catalogue of what the patterns match by another name. */
  private String otherNames() {
    return catalogue.types().stream()
        .filter(info ->
            wanted.patterns().stream().anyMatch(each -> catalogue.matches(each, info.type())))
        .flatMap(EventSearch::names)
        .collect(Collectors.joining(","));
  }

  private static Stream<String> names(EventTypeInfo info) {
    return Stream.concat(Stream.of(info.type()), info.aliases().stream());
  }

  private void texts(Where where, String condition) {
    String changing =
        catalogue.types().stream()
            .filter(info -> !info.upcasters().isEmpty())
            .flatMap(EventSearch::names)
            .collect(Collectors.joining(","));
    for (RequiredTexts.Required each : RequiredTexts.of(condition).all()) {
      if (each.field().equals("data")) {
        where.add(
            "(position(?::bytea IN e.data) > 0 OR position('\\x5c75'::bytea IN e.data) > 0"
                + " OR position('\\x00'::bytea IN e.data) > 0"
                + " OR e.type = ANY (string_to_array(?, ',')))",
            each.text().getBytes(StandardCharsets.US_ASCII),
            changing);
      } else {
        where.add("e." + each.field() + " = ?", each.text());
      }
    }
  }

  /**
   * What a query finds, as far as limits allow.
   *
   * @param end up to where it looks
   * @param last position of the log
   */
  private EventLog.Found found(String sql, long end, long last, int limit, Object... values) {
    List<Object> all = new ArrayList<>(List.of(values));
    all.add(limit);
    all.add(EventLog.SCANNED_BYTES);
    List<Entry> entries = new ArrayList<>();
    List<Long> counts =
        database.call(session ->
            session.list(
                row -> {
                  entries.add(EventRow.read(row, BEFORE));
                  return row.getLong(1);
                },
                limited(sql),
                all.toArray()));
    boolean whole = counts.isEmpty() || counts.size() == counts.getFirst() && counts.size() < limit;
    long reached = whole ? end : entries.getLast().position().high();
    return new EventLog.Found(looked(entries), Position.of(reached), whole && end == last);
  }

  /** So many rows, and of these no more than fit into so many bytes, but one; with their count. */
  static String limited(String sql) {
    return "SELECT f.found, "
        + EventRow.COLUMNS.replace("e.", "f.")
        + " FROM (SELECT count(*) OVER () AS found, sum(e.size) OVER (ORDER BY e.position) - e.size"
        + " AS before, e.* FROM ("
        + sql
        + " ORDER BY position LIMIT ?) e) f WHERE f.before <= ? ORDER BY f.position";
  }

  private List<Entry.Stored> looked(List<Entry> entries) {
    return entries.stream()
        .filter(Entry.Stored.class::isInstance)
        .map(Entry.Stored.class::cast)
        .filter(stored -> wanted.includes(stored.event()))
        .toList();
  }
}

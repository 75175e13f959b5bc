package dev.rookery.verify;

import dev.rookery.DeadLetter;
import dev.rookery.Delivery;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.Partition;
import dev.rookery.Receipt;
import dev.rookery.check.Findings;
import dev.rookery.check.HistoryCheck;
import dev.rookery.check.HistoryFormat;
import dev.rookery.check.HistoryLine;
import dev.rookery.check.HistoryLine.Handled;
import dev.rookery.check.HistoryLine.Result;
import dev.rookery.check.HistoryLine.Stored;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The history of a run: the receipts that this process got and the handlings that its own handlers
 * and the bots in the folder wrote down.
 */
final class History {
  private final Path folder;
  private final AtomicInteger bots = new AtomicInteger();
  private final Map<String, AtomicLong> counts = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Stored> stored = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Handled> handled = new ConcurrentLinkedQueue<>();

  History(Path folder) {
    this.folder = folder;
  }

  /** A file for one more bot. */
  Path file(String bot) {
    return folder.resolve(bot + "-" + bots.incrementAndGet() + ".history.jsonl");
  }

  /** The next event of a key, counted. One thread at a time publishes for a key. */
  Draft next(String type, String key) {
    long seq = counts.computeIfAbsent(key, k -> new AtomicLong()).incrementAndGet();
    return Draft.of(type, "{\"seq\":" + seq + "}").id(key + "." + seq).key(key);
  }

  /** Publishes it and keeps the receipt. */
  Receipt publish(EventBus bus, Draft draft) {
    return publish(bus::publish, draft);
  }

  Receipt publish(Function<Draft, Receipt> publisher, Draft draft) {
    long sent = nowMicros();
    Receipt receipt = publisher.apply(draft);
    stored(draft, receipt, sent);
    return receipt;
  }

  /** What is repeated after an unknown end counts as published by the first answer that came. */
  void stored(Draft draft, Receipt receipt, long sentMicros) {
    stored.add(
        new Stored(
            "feeder",
            receipt.id(),
            draft.type(),
            draft.key().orElseThrow(),
            seq(receipt.id()),
            new Partition(receipt.stream(), receipt.partition()),
            receipt.position(),
            false,
            sentMicros,
            nowMicros()));
  }

  /** A handler in this process has had its effect. */
  void handled(Delivery delivery) {
    handled.add(line("here", delivery, Result.OK));
  }

  static Handled line(String process, Delivery delivery, Result result) {
    return new Handled(
        process,
        delivery.subscription(),
        delivery.event().id(),
        delivery.event().key(),
        delivery.event().data().tree().path("seq").asLong(0),
        delivery.partition(),
        delivery.position(),
        delivery.attempt(),
        result,
        nowMicros());
  }

  int published() {
    return stored.size();
  }

  List<Stored> receipts() {
    return List.copyOf(stored);
  }

  static long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  private static long seq(String id) {
    return Long.parseLong(id.substring(id.lastIndexOf('.') + 1));
  }

  /** Every handling, in the order of time. */
  List<Handled> handlings() throws IOException {
    List<Handled> all = new ArrayList<>(handled);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".history.jsonl")).toList()) {
        for (String text : Files.readAllLines(file)) {
          if (HistoryFormat.read(text).orElse(null) instanceof Handled line) {
            all.add(line);
          }
        }
      }
    }
    all.sort(Comparator.comparingLong(HistoryLine::atMicros));
    return all;
  }

  /** How much the bots have written; it grows while they get on. */
  long bytes() throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".history.jsonl")).toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  /** Different events handled so far by a subscription. */
  long reached(String subscription) throws IOException {
    return handlings().stream()
        .filter(line -> line.subscription().equals(subscription))
        .map(Handled::id)
        .distinct()
        .count();
  }

  /** How often each event was handed out, attempts that ended in a crash included. */
  Map<String, Integer> deliveries() throws IOException {
    Map<String, Integer> times = new TreeMap<>();
    handlings().forEach(line -> times.merge(line.id(), 1, Integer::sum));
    return times;
  }

  int mostDeliveries() throws IOException {
    return deliveries().values().stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  /** Judges the run; what the bus keeps as dead letters is not lost. */
  Findings judge(EventBus bus, String... subscriptions) throws IOException {
    Map<String, Set<String>> dead = new HashMap<>();
    for (DeadLetter letter : bus.operations().deadLetters(DeadLetterFilter.ALL)) {
      letter
          .event()
          .ifPresent(event ->
              dead.computeIfAbsent(letter.subscription(), n -> new HashSet<>()).add(event.id()));
    }
    HistoryCheck check = new HistoryCheck(Set.of(subscriptions), (name, type) -> true);
    stored.forEach(check::stored);
    handlings().forEach(check::handled);
    return check.findings(dead);
  }

  /** The figures of a run, on one line. */
  static String figures(String fault, int rounds, Findings findings) {
    return String.format(
        "%s: rounds %d, published %d, lost %d, out of order %d, duplicates %d, dead letters %d",
        fault,
        rounds,
        findings.published(),
        findings.lost(),
        findings.outOfOrder(),
        findings.duplicates(),
        findings.deadLettered());
  }
}

package dev.rookery.cli.demo;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Json;
import dev.rookery.Partition;
import dev.rookery.Published;
import dev.rookery.Receipt;
import dev.rookery.check.HistoryFile;
import dev.rookery.check.HistoryLine.Stored;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.node.ObjectNode;

/**
 * Publishes chat when it is due, one batch after the other, numbers each key, and writes down the
 * receipts.
 */
final class Feeder {
  static final String NAME = "chat";
  private static final long PACE_NANOS = 20_000_000;
  private static final int BATCH = 200;
  private static final int MAX_TRIES = 60;

  private final EventBus bus;
  private final HistoryFile history;
  private final String run;
  private final Map<String, Long> seqs = new HashMap<>();
  private long count;

  /** An event on its way. */
  private record Sending(Draft draft, String id, String key, long seq, long sentMicros) {}

  Feeder(EventBus bus, HistoryFile history, String run) {
    this.bus = bus;
    this.history = history;
    this.run = run;
  }

  /** Feeds for that long, all that is due by then; answers how many events were acknowledged. */
  long feed(Traffic traffic, Duration duration, BooleanSupplier stop) throws IOException {
    long began = System.nanoTime();
    long acknowledged = 0;
    Traffic.Due due = traffic.next();
    while (due.nanos() < duration.toNanos() && !stop.getAsBoolean()) {
      long now = System.nanoTime() - began;
      List<Chat> batch = new ArrayList<>();
      while (due.nanos() <= now && due.nanos() < duration.toNanos() && batch.size() < BATCH) {
        batch.add(due.chat());
        due = traffic.next();
      }
      if (!batch.isEmpty()) {
        publish(batch);
        acknowledged += batch.size();
      }
      long wait = Math.min(PACE_NANOS, due.nanos() - (System.nanoTime() - began));
      if (wait > 0) {
        LockSupport.parkNanos(Math.max(wait, PACE_NANOS / 5));
      }
    }
    return acknowledged;
  }

  private void publish(List<Chat> batch) throws IOException {
    long sent = history.nowMicros();
    List<Sending> open = new ArrayList<>();
    for (Chat chat : batch) {
      open.add(sending(chat, sent));
    }
    for (int tries = 0; !open.isEmpty(); tries++) {
      boolean patient = tries < MAX_TRIES;
      List<Published> answers = bus.publishAll(open.stream().map(Sending::draft).toList());
      List<Sending> again = new ArrayList<>();
      for (int i = 0; i < open.size(); i++) {
        switch (answers.get(i)) {
          case Published.Stored(Receipt receipt) -> writeDown(open.get(i), receipt);
          case Published.Unknown unknown when patient -> again.add(open.get(i));
          case Published.Unknown unknown -> throw unknown.reason();
          case Published.Rejected(var reason) -> throw reason;
        }
      }
      open = again;
    }
  }

  private Sending sending(Chat chat, long sentMicros) {
    String key = chat.channel();
    long seq = seqs.merge(key, 1L, Long::sum);
    String id = run + "-" + ++count;
    ObjectNode data = Json.MAPPER.createObjectNode();
    data.put("channel", key).put("user", chat.user()).put("text", chat.text());
    data.put("kind", chat.kind()).put("seq", seq);
    Draft draft = Draft.of(chat.type(), data.toString()).id(id).key(key).source(NAME);
    return new Sending(draft, id, key, seq, sentMicros);
  }

  /** A receipt after an unknown result says duplicate, and yet is the event's first. */
  private void writeDown(Sending sending, Receipt receipt) throws IOException {
    history.append(micros ->
        new Stored(
            NAME,
            receipt.id(),
            sending.draft.type(),
            sending.key,
            sending.seq,
            new Partition(receipt.stream(), receipt.partition()),
            receipt.position(),
            false,
            sending.sentMicros,
            micros));
  }
}

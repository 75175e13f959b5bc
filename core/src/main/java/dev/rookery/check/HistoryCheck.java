package dev.rookery.check;

import dev.rookery.check.HistoryLine.Applied;
import dev.rookery.check.HistoryLine.Claimed;
import dev.rookery.check.HistoryLine.Handled;
import dev.rookery.check.HistoryLine.Handling;
import dev.rookery.check.HistoryLine.NotStored;
import dev.rookery.check.HistoryLine.Publishing;
import dev.rookery.check.HistoryLine.Result;
import dev.rookery.check.HistoryLine.Settled;
import dev.rookery.check.HistoryLine.Stored;
import dev.rookery.check.HistoryLine.Unresolved;
import dev.rookery.check.OpenEvent.Spot;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/**
 * Judges a run from its history, in one pass: give it every line in the order of time, then ask for
 * the findings, when everything has had its time to be delivered.
 *
 * {@snippet :
 * HistoryCheck check = new HistoryCheck(Rules.of(Set.of("mailer")).knowingEveryPublish());
 * HistoryFile.inOrder(files, check::take);
 * Findings findings = check.findings(Map.of());
 * if (!findings.isClean()) {
 *   throw new AssertionError(findings.examples());
 * }
 * }
 *
 * <p>An event is kept while it is out, until each subscription that wants it has handled it; of
 * what is through, less than 100 bytes remain.
 *
 * <p>Order is judged on first handlings that went well: within a subscription, a partition and a
 * key, their positions rise. A later handling of the same event is a duplicate, not disorder, and a
 * dead letter that was redriven may come late. A publisher that counts its events within a key is
 * held to that count as well.
 *
 * <p>One thread at a time.
 */
public final class HistoryCheck {
  private final Rules rules;
  private final Notes notes = new Notes();
  private final Places places;
  private final Epochs epochs = new Epochs(notes);
  private final KeyOrder receipts = new KeyOrder(notes, "the log");
  private final Map<String, Progress> subscriptions = new LinkedHashMap<>();
  private final Map<String, BitSet> wanting = new HashMap<>();
  private final Map<String, OpenEvent> open = new LinkedHashMap<>();
  private final Set<Phantom> phantoms = new HashSet<>();
  private long published;
  private long retried;
  private long foreign;

  /** A delivery of an event that is not there. */
  private record Phantom(String subscription, String id) {}

  public HistoryCheck(Rules rules) {
    this.rules = rules;
    this.places = new Places(notes, rules.contiguous());
    for (String name : new TreeSet<>(rules.subscriptions())) {
      boolean effects = rules.effects().contains(name);
      subscriptions.put(name, new Progress(name, subscriptions.size(), effects, notes));
    }
  }

  /**
   * Holds a history to what every bus promises.
   *
   * @param subscriptions those that must get what they want
   * @param wants whether a subscription, named first, wants a type
   */
  public HistoryCheck(Set<String> subscriptions, BiPredicate<String, String> wants) {
    this(Rules.of(subscriptions).wanting(wants));
  }

  /**
   * Takes the next line. Where the rules do not say that every publish is known, receipts come
   * before the handlings of their events.
   */
  public void take(HistoryLine line) {
    switch (line) {
      case Publishing publishing -> publishing(publishing);
      case Stored stored -> stored(stored);
      case NotStored(_, String id, _) -> notStored(id);
      case Unresolved(_, String id, _) -> unresolved(id);
      case Handling handling -> handling(handling);
      case Handled handled -> handled(handled);
      case Claimed claimed -> epochs.take(claimed);
      case Settled settled -> epochs.take(settled);
      case Applied applied -> applied(applied);
    }
  }

  private void publishing(Publishing line) {
    OpenEvent event = open.get(line.id());
    if (event == null && !places.knows(line.id())) {
      event = opened(new OpenEvent(line, places.heights()));
    }
    if (event != null) {
      event.publishing();
    }
  }

  /** Takes a receipt; those of one key come in the order in which its publisher got them. */
  public void stored(Stored line) {
    Spot spot = new Spot(line.partition(), line.position());
    OpenEvent event = open.get(line.id());
    if (event == null) {
      if (places.knows(line.id())) {
        places.again(line.id(), spot);
        return;
      } else if (line.duplicate() && !rules.everyPublishKnown()) {
        return;
      }
      event = opened(new OpenEvent(line));
    }
    boolean first = !event.isAcknowledged();
    event.stored();
    published += first ? 1 : 0;
    places.take(event, spot, !line.duplicate());
    if (first && event.seq > 0) {
      receipts.received(event);
    }
    closeIfThrough(event);
  }

  private OpenEvent opened(OpenEvent event) {
    BitSet wanted = wanting(event);
    event.outstanding = wanted.cardinality();
    for (Progress progress : subscriptions.values()) {
      event.outstanding += progress.hasEffects && wanted.get(progress.index) ? 1 : 0;
    }
    open.put(event.id, event);
    return event;
  }

  private BitSet wanting(OpenEvent event) {
    return wanting.computeIfAbsent(event.type, this::wantingType);
  }

  private BitSet wantingType(String type) {
    BitSet those = new BitSet();
    for (Progress progress : subscriptions.values()) {
      those.set(progress.index, rules.wants().test(progress.subscription, type));
    }
    return those;
  }

  private void notStored(String id) {
    OpenEvent event = open.get(id);
    if (event != null) {
      event.notStored();
      if (event.isRefused() && event.reachedNobody()) {
        open.remove(id);
      } else if (event.isRefused()) {
        subscriptions.values().stream()
            .filter(progress -> event.reached(progress.index))
            .forEach(progress -> phantom(progress.subscription, id));
      }
    }
  }

  private void unresolved(String id) {
    OpenEvent event = open.get(id);
    if (event != null) {
      event.unresolved();
    }
  }

  private void handling(Handling line) {
    Progress progress = subscriptions.get(line.subscription());
    OpenEvent event = open.get(line.id());
    if (progress == null || places.knows(line.id()) && event == null) {
      return;
    }
    if (event != null && !event.isRefused()) {
      event.waiting.set(progress.index, !event.handled.get(progress.index));
    } else if (event != null || rules.everyPublishKnown()) {
      phantom(line.subscription(), line.id());
    }
  }

  /** Takes the end of a handling. */
  public void handled(Handled line) {
    Progress progress = subscriptions.get(line.subscription());
    OpenEvent event = open.get(line.id());
    Spot spot = new Spot(line.partition(), line.position());
    if (progress == null) {
      foreign++;
    } else if (event == null && places.knows(line.id())) {
      places.again(line.id(), spot);
      repeated(progress, line.result());
    } else if (event == null && !rules.everyPublishKnown()) {
      foreign++;
    } else if (event == null || event.isRefused()) {
      phantom(line.subscription(), line.id());
    } else {
      places.take(event, spot, true);
      ended(progress, event, line);
    }
  }

  private void ended(Progress progress, OpenEvent event, Handled line) {
    if (event.handled.get(progress.index)) {
      repeated(progress, line.result());
      return;
    }
    switch (line.result()) {
      case OK -> {
        progress.first(event, line.redriven(), line.atMicros());
        came(progress, event);
      }
      case FAILED -> {
        retried++;
        event.waiting.set(progress.index);
      }
      case REJECTED -> event.waiting.clear(progress.index);
    }
  }

  private void repeated(Progress progress, Result result) {
    progress.duplicates += result == Result.OK ? 1 : 0;
    retried += result == Result.FAILED ? 1 : 0;
  }

  private void applied(Applied line) {
    Progress progress = subscriptions.get(line.subscription());
    if (progress == null || !progress.hasEffects) {
      return;
    }
    OpenEvent event = open.get(line.id());
    if (event != null && !event.effects.get(progress.index)) {
      event.effects.set(progress.index);
      came(progress, event);
    } else if (event != null || places.knows(line.id())) {
      notes.note(
          Anomaly.NOT_ONE_EFFECT, () -> line.id() + " had another in " + line.subscription());
    } else if (rules.everyPublishKnown()) {
      phantom(line.subscription(), line.id());
    }
  }

  private void phantom(String subscription, String id) {
    if (phantoms.add(new Phantom(subscription, id))) {
      notes.note(Anomaly.PHANTOM, () -> subscription + " had " + id + ", which is not there");
    }
  }

  private void came(Progress progress, OpenEvent event) {
    if (wanting(event).get(progress.index)) {
      event.outstanding--;
      closeIfThrough(event);
    }
  }

  private void closeIfThrough(OpenEvent event) {
    if (event.outstanding == 0 && event.isAcknowledged()) {
      open.remove(event.id);
    }
  }

  /**
   * The judgement.
   *
   * @param dead by subscription the ids of events that the bus keeps as its dead letters
   */
  public Findings findings(Map<String, Set<String>> dead) {
    Notes verdict = notes.copy();
    Map<String, Long> delivered = new HashMap<>();
    Latencies latencies = new Latencies();
    long lost = 0;
    long duplicates = 0;
    long buried = 0;
    for (Progress progress : subscriptions.values()) {
      Set<String> letters = dead.getOrDefault(progress.subscription, Set.of());
      delivered.put(progress.subscription, progress.delivered);
      latencies.add(progress.latencies);
      lost += missing(progress, letters, verdict);
      duplicates += duplicates(progress, verdict);
      buried += letters.stream().filter(places::knows).count();
    }
    places.gaps(verdict, maybeStored());
    return new Findings(
        published,
        delivered,
        lost,
        duplicates,
        retried,
        buried,
        foreign,
        latencies,
        verdict.counts(),
        verdict.examples());
  }

  /** Notes what never came to the subscription, and answers how much of it was acknowledged. */
  private long missing(Progress progress, Set<String> letters, Notes verdict) {
    long lost = 0;
    for (OpenEvent event : open.values()) {
      if (event.handled.get(progress.index)) {
        if (progress.hasEffects && !event.effects.get(progress.index) && !event.isRefused()) {
          verdict.note(
              Anomaly.NOT_ONE_EFFECT, () -> event + " had none in " + progress.subscription);
        }
      } else if (wanting(event).get(progress.index) && !letters.contains(event.id)) {
        Anomaly why = progress.missing(event);
        lost += event.isAcknowledged() ? 1 : 0;
        if (event.isAcknowledged() || why == Anomaly.STUCK) {
          verdict.note(why, () -> event + " never reached " + progress.subscription);
        }
      }
    }
    return lost;
  }

  private long duplicates(Progress progress, Notes verdict) {
    long bound = rules.duplicates().applyAsLong(progress.subscription);
    if (progress.duplicates > bound) {
      verdict.note(
          Anomaly.TOO_MANY_DUPLICATES,
          progress.duplicates - bound,
          () -> progress.subscription + " had " + progress.duplicates + ", and may have " + bound);
    }
    return progress.duplicates;
  }

  /** Events of which nobody knows whether they are stored, and nobody would have told. */
  private long maybeStored() {
    return open.values().stream()
        .filter(event -> !event.isAcknowledged() && event.spot().isEmpty())
        .filter(event -> wanting(event).isEmpty())
        .count();
  }
}

package dev.rookery.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.AuditKey;
import dev.rookery.Event;
import dev.rookery.Operations.Located;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class VerificationTest {
  private static final Partition SYSTEM = new Partition("system", 0);
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.123456789Z");
  private static final AuditKey KEY = AuditKey.of("a secret that nobody else has seen");
  private static final AuditKey OTHER = AuditKey.of("another secret that nobody has seen");

  private final List<Event> log = new ArrayList<>();

  private static Fact.Intended intended(String target) {
    return new Fact.Intended("pause", target, Map.of(), "ann", true, "process");
  }

  /** An act and its end, put to a chain and to the log. */
  private Chain act(Chain chain, String target) {
    Fact done = new Fact.Done(chain.number() + 1, "pause", target, Map.of());
    List<AuditRecord> records = chain.with(List.of(intended(target), done), NOW);
    records.forEach(record -> log.add(record.toEvent()));
    return chain.after(records.getLast());
  }

  private Chain acts(String writer, int count) {
    Chain chain = Chain.begin(KEY, writer);
    for (int i = 0; i < count; i++) {
      chain = act(chain, "s" + i);
    }
    return chain;
  }

  private Report verify(AuditKey key, Optional<Checkpoint> from) {
    Verification verification = new Verification(List.of(key), from, true);
    for (int i = 0; i < log.size(); i++) {
      verification.take(new Located(SYSTEM, Position.of(i + 1), log.get(i)));
    }
    return verification.end(NOW, List.of(), Optional.empty());
  }

  private Report verify() {
    return verify(KEY, Optional.empty());
  }

  private void change(int index, UnaryOperator<String> change) {
    Event event = log.get(index);
    String data = change.apply(event.data().text());
    assertThat(data).isNotEqualTo(event.data().text());
    log.set(index, event.withData(1, Payload.json(data)));
  }

  private static void finds(Report report, String... problems) {
    assertThat(report.isWhole()).isFalse();
    assertThat(report.checkpoint()).isEmpty();
    assertThat(report.problems())
        .extracting(problem -> problem.kind() + " " + problem.record())
        .containsExactlyInAnyOrder(problems);
  }

  @Test
  void aChainThatNobodyTouchedIsWhole() {
    acts("a", 3);

    Report report = verify();

    assertThat(report.problems()).isEmpty();
    assertThat(report.isWhole()).isTrue();
    assertThat(report.records()).isEqualTo(6);
    assertThat(report.acts()).isEqualTo(3);
    assertThat(report.unfinished()).isEmpty();
    assertThat(report.withoutBeginning()).isZero();
    assertThat(report.keys()).containsExactly(KEY.id());
  }

  @Test
  void anEmptyAuditIsWhole() {
    assertThat(verify().isWhole()).isTrue();
    assertThat(verify().checkpoint()).isEmpty();
  }

  @Test
  void writersMayTakeTurns() {
    Chain a = Chain.begin(KEY, "a");
    Chain b = Chain.begin(KEY, "b");
    for (int i = 0; i < 3; i++) {
      a = act(a, "x");
      b = act(b, "y");
    }
    Collections.swap(log, 1, 2);

    assertThat(verify().problems()).isEmpty();
    assertThat(verify().writers()).isEqualTo(2);
  }

  @Test
  void oneChangedWordIsOneAlteredRecord() {
    for (int index = 0; index < 6; index++) {
      log.clear();
      acts("a", 3);
      change(index, data -> data.replace("pause", "purge"));

      finds(verify(), "altered a-" + (index + 1));
    }
  }

  @Test
  void aSealThatWasChangedIsOneAlteredRecord() {
    acts("a", 3);
    change(
        2,
        data ->
            data.replaceAll(
                "\"seal\":\".", "\"seal\":\"" + (data.contains("\"seal\":\"0") ? "1" : "0")));

    finds(verify(), "altered a-3");
  }

  @Test
  void aRecordThatIsNoJsonAnyMoreIsAltered() {
    acts("a", 3);
    change(3, data -> "{}");

    finds(verify(), "altered a-4");
  }

  @Test
  void everyPartOfTheEnvelopeIsHeldAgainstTheBody() {
    List<UnaryOperator<Event>> changes =
        List.of(
            e -> with(e, "system.audit.failed", e.time(), e.correlation(), e.causation()),
            e -> with(e, e.type(), e.time().plusMillis(1), e.correlation(), e.causation()),
            e -> with(e, e.type(), e.time(), "other", e.causation()),
            e -> with(e, e.type(), e.time(), e.correlation(), Optional.empty()));
    for (UnaryOperator<Event> change : changes) {
      log.clear();
      acts("a", 2);
      log.set(1, change.apply(log.get(1)));

      finds(verify(), "altered a-2");
    }
  }

  private static Event with(
      Event e, String type, Instant time, String correlation, Optional<String> causation) {
    return new Event(
        e.id(), type, e.source(), e.key(), time, correlation, causation, 1, e.data(), Map.of());
  }

  @Test
  void recordsThatAreGoneAreNamed() {
    acts("a", 4);
    log.subList(2, 5).clear();

    Report report = verify();

    finds(report, "missing a-3");
    assertThat(report.problems().getFirst().detail()).startsWith("records 3 to 5 ");
    assertThat(report.problems().getFirst().place()).isEqualTo("before a-6");
  }

  @Test
  void aRecordThatWasPutInIsNamed() {
    acts("a", 3);
    Event real = log.get(3);
    log.add(3, real.withData(1, Payload.json(real.data().text().replace("done", "gone"))));

    finds(verify(), "inserted a-4");
  }

  @Test
  void whatIsNoRecordAtAllWasPutIn() {
    acts("a", 1);
    log.add(
        new Event(
            "x",
            "system.audit.done",
            "bot",
            "k",
            NOW,
            "x",
            Optional.empty(),
            1,
            Payload.EMPTY,
            Map.of()));

    finds(verify(), "inserted x");
  }

  @Test
  void aCopyOfARecordFurtherOnWasPutIn() {
    acts("a", 3);
    log.add(log.get(1));

    finds(verify(), "inserted a-2");
  }

  @Test
  void aRecordStoredTwiceInARowIsTheSameRecord() {
    acts("a", 3);
    log.add(3, log.get(2));

    assertThat(verify().problems()).isEmpty();
  }

  @Test
  void recordsThatChangedPlacesAreNamed() {
    acts("a", 3);
    Collections.swap(log, 2, 3);

    finds(verify(), "reordered a-3");
  }

  @Test
  void anEndThatWasCutOffShowsAgainstACheckpointOnly() {
    acts("a", 3);
    Checkpoint checkpoint = verify().checkpoint().orElseThrow();
    log.subList(4, 6).clear();

    assertThat(verify().isWhole()).isTrue();
    assertThat(checkpoint.heads()).extracting(Checkpoint.Head::id).containsExactly("a-6");
    assertThat(checkpoint.position()).isEqualTo(Position.of(6));
  }

  @Test
  void afterACheckpointAChainGoesOnFromItsHead() {
    Chain a = acts("a", 2);
    Checkpoint checkpoint = verify().checkpoint().orElseThrow();
    log.clear();
    a = act(a, "x");
    acts("b", 1);

    assertThat(verify(KEY, Optional.of(checkpoint)).problems()).isEmpty();

    log.removeFirst();
    finds(verify(KEY, Optional.of(checkpoint)), "missing a-5");
    log.clear();
    acts("c", 2);
    log.removeFirst();
    finds(verify(KEY, Optional.of(checkpoint)), "missing c-1");
    assertThat(a.number()).isEqualTo(6);
  }

  @Test
  void aChainThatDoesNotFollowTheCheckpointsHeadIsAltered() {
    acts("a", 2);
    Checkpoint checkpoint = verify().checkpoint().orElseThrow();
    log.clear();
    Chain forged = act(act(Chain.begin(KEY, "a"), "other"), "other");
    log.clear();
    act(forged, "x");

    finds(verify(KEY, Optional.of(checkpoint)), "altered a-5");
  }

  @Test
  void aCheckpointIsSealedAndComesBackAsItself() {
    acts("a", 2);
    Checkpoint checkpoint = verify().checkpoint().orElseThrow();
    String line = checkpoint.write(KEY);

    assertThat(Checkpoint.read(line, List.of(OTHER, KEY))).contains(checkpoint);
    assertThat(Checkpoint.read(line, List.of(OTHER))).isEmpty();
    assertThat(
            Checkpoint.read(
                line.replace("a-", "b-").replace("\"number\":4", "\"number\":3"), List.of(KEY)))
        .isEmpty();
  }

  @Test
  void withoutTheFirstRecordsAChainIsWholeAndSaysSo() {
    acts("a", 3);
    log.subList(0, 3).clear();

    assertThat(verify().isWhole()).isTrue();
    assertThat(verify().withoutBeginning()).isEqualTo(1);
  }

  @Test
  void anotherKeyIsNamedAndNotTakenForAlterations() {
    acts("a", 3);

    Report report = verify(OTHER, Optional.empty());

    finds(report, "wrong-key ");
    assertThat(report.problems().getFirst().detail()).contains("6 records", KEY.id());
  }

  @Test
  void recordsWithoutAKeyAreNoRecordsOfAKeyedAudit() {
    act(Chain.begin(AuditKey.NONE, "a"), "x");

    finds(verify(), "wrong-key ");
    assertThat(verify(AuditKey.NONE, Optional.empty()).isWhole()).isTrue();
  }

  @Test
  void whoHasNoKeyCannotSealWhatHeChanged() {
    act(Chain.begin(AuditKey.NONE, "a"), "x");
    AuditRecord forged = AuditRecord.of(AuditKey.NONE, "a", 1, "", NOW, intended("other"));
    log.set(0, forged.toEvent());

    finds(verify(AuditKey.NONE, Optional.empty()), "altered a-2");
  }

  @Test
  void anActWhoseProcessDiedIsUnfinished() {
    Chain chain = acts("a", 1);
    AuditRecord announced = chain.with(List.of(intended("s")), NOW).getFirst();
    log.add(announced.toEvent());

    Report report = verify();

    assertThat(report.isWhole()).isTrue();
    assertThat(report.unfinished()).containsExactly("a-3");
  }

  @Test
  void lostOutcomesAreCounted() {
    log.add(Chain.begin(KEY, "a").with(List.of(new Fact.Lost(7)), NOW).getFirst().toEvent());

    assertThat(verify().lost()).isEqualTo(7);
    assertThat(verify().isWhole()).isTrue();
  }
}

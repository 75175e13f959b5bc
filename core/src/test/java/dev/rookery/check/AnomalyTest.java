package dev.rookery.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.check.HistoryLine.Applied;
import dev.rookery.check.HistoryLine.Handled;
import dev.rookery.check.HistoryLine.Handling;
import dev.rookery.check.HistoryLine.Result;
import dev.rookery.check.HistoryLine.Stored;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each anomaly, told into a history that is clean without it, is found, and nothing else is. */
class AnomalyTest {
  private static final Rules RULES =
      Rules.of(Set.of("a", "b"))
          .duplicatesAtMost(1)
          .knowingEveryPublish()
          .withOneEffectIn(Set.of("b"));

  /** One more event than the story has. */
  private static final int EXTRA = 21;

  /** A change to the story, and what is then found. */
  record Case(
      String name,
      UnaryOperator<Rules> rules,
      Consumer<Story> change,
      Map<Anomaly, Long> expected) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> anomalies() {
    return Stream.of(
        found(
            "an event whose delivery never began, nor a later one's",
            Anomaly.LOST,
            story -> story.without(Story.of("b", 20))),
        found(
            "a rejected event that the bus does not keep as a dead letter",
            Anomaly.LOST,
            story ->
                story
                    .without(Story.of("b", 20))
                    .handling("b", 20, 2_020)
                    .handled("b", 20, Result.REJECTED, 2_030)),
        found(
            "an event that was passed over",
            Anomaly.SKIPPED,
            story -> story.without(Story.of("b", 7))),
        found(
            "an acknowledged event that never came, published by a call that began earlier",
            Anomaly.LOST,
            story ->
                story.publishing(EXTRA, 50).stored(EXTRA, 121, 2_100).delivered("a", EXTRA, 2_110)),
        found(
            "a handler that never ended",
            Anomaly.STUCK,
            story -> story.without(Story.of("b", 7)).handling("b", 7, 720)),
        found(
            "a retry that never came",
            Anomaly.STUCK,
            story -> story.without(Story.of("b", 20)).handled("b", 20, Result.FAILED, 2_020)),
        found(
            "a begun delivery of an event whose publish never ended",
            Anomaly.STUCK,
            story ->
                story
                    .publishing(EXTRA, 2_100)
                    .delivered("a", EXTRA, 2_110)
                    .handling("b", EXTRA, 2_110)),
        found(
            "an event that nobody published",
            Anomaly.PHANTOM,
            story -> story.delivered("a", EXTRA, 2_100)),
        found(
            "an event that nobody published, by a handler that never ended",
            Anomaly.PHANTOM,
            story -> story.handling("a", EXTRA, 2_100)),
        found(
            "an effect of an event that nobody published",
            Anomaly.PHANTOM,
            story -> story.applied(EXTRA, 2_100)),
        found(
            "an event whose publish had certainly failed",
            Anomaly.PHANTOM,
            story ->
                story
                    .publishing(EXTRA, 2_100)
                    .notStored(EXTRA, 2_110)
                    .delivered("a", EXTRA, 2_120)),
        found(
            "an event whose publish certainly failed later",
            Anomaly.PHANTOM,
            story ->
                story
                    .publishing(EXTRA, 2_100)
                    .delivered("a", EXTRA, 2_110)
                    .notStored(EXTRA, 2_150)),
        new Case(
            "an event that was through when its publish certainly failed",
            rules -> rules,
            story ->
                story
                    .publishing(EXTRA, 2_100)
                    .delivered("a", EXTRA, 2_110)
                    .delivered("b", EXTRA, 2_110)
                    .notStored(EXTRA, 2_150),
            Map.of(Anomaly.PHANTOM, 2L)),
        new Case(
            "an event that was handled before its publish certainly failed, and after",
            rules -> rules,
            story ->
                story
                    .publishing(EXTRA, 2_100)
                    .delivered("a", EXTRA, 2_110)
                    .notStored(EXTRA, 2_150)
                    .handled("b", EXTRA, Result.OK, 2_160),
            Map.of(Anomaly.PHANTOM, 2L)),
        found(
            "more duplicates than the bound",
            Anomaly.TOO_MANY_DUPLICATES,
            story -> story.handled("a", 7, Result.OK, 800).handled("a", 7, Result.OK, 2_100)),
        found(
            "first handlings of a key that changed places",
            Anomaly.OUT_OF_ORDER,
            story -> story.without(Story.of("a", 7)).delivered("a", 7, 950)),
        found(
            "a receipt that contradicts the publisher's count",
            Anomaly.OUT_OF_ORDER,
            story -> story.changed(line -> renumbered(line, 20, 9))),
        found(
            "two events at one position", Anomaly.POSITION_CONFLICT, story -> extraAt(story, 107)),
        found(
            "an event whose two receipts differ",
            Anomaly.POSITION_CONFLICT,
            story -> story.publishing(20, 2_000).stored(20, 121, true, 2_015)),
        found(
            "an event that is through and gets a receipt for elsewhere",
            Anomaly.POSITION_CONFLICT,
            story -> story.publishing(7, 2_100).stored(7, 121, true, 2_110)),
        found(
            "an event that is delivered from elsewhere",
            Anomaly.POSITION_CONFLICT,
            story ->
                story
                    .without(Story.of(Handled.class, "a", 20))
                    .handled("a", 20, 121, Result.OK, 2_030)),
        found(
            "a position that the log had passed",
            Anomaly.POSITION_REUSED,
            story -> extraAt(story, 99)),
        new Case(
            "a position that nobody got",
            Rules::withContiguousPositions,
            story -> extraAt(story, 122),
            Map.of(Anomaly.GAP, 1L)),
        found(
            "a settlement under an epoch that was over",
            Anomaly.STALE_EPOCH,
            story -> story.settled("a", 10, 1, true, 1_051, 1_060)),
        found(
            "an epoch that two processes took",
            Anomaly.STALE_EPOCH,
            story -> story.claim("bot-3", "b", 2, 1_500)),
        found(
            "a second effect while the event is out",
            Anomaly.NOT_ONE_EFFECT,
            story -> story.applied(7, 726)),
        found(
            "a second effect when the event is through",
            Anomaly.NOT_ONE_EFFECT,
            story -> story.applied(7, 2_100)),
        found(
            "a handling without effect",
            Anomaly.NOT_ONE_EFFECT,
            story -> story.without(Story.of(Applied.class, "b", 7))));
  }

  static Stream<Case> innocent() {
    return Stream.of(
        clean("nothing but the story", _ -> {}),
        clean("a duplicate within the bound", story -> story.delivered("a", 7, 2_100)),
        clean(
            "a failed attempt before the one that goes well",
            story -> story.handled("a", 7, Result.FAILED, 715)),
        clean(
            "a handler that was killed, and its event delivered again",
            story -> story.handling("a", 7, 715)),
        clean("a duplicate whose handler never ends", story -> story.handling("a", 7, 2_100)),
        clean(
            "a dead letter",
            story ->
                story.without(Story.of("b", 7)).handled("b", 7, Result.REJECTED, 730).dead("b", 7)),
        clean(
            "a dead letter that was redriven, behind later ones of its key",
            story ->
                story.changed(line ->
                    Story.of(Handled.class, "a", 7).test(line) ? redriven((Handled) line) : line)),
        clean(
            "a publish that certainly failed, and no delivery",
            story -> story.publishing(EXTRA, 2_100).notStored(EXTRA, 2_110)),
        clean(
            "a publish that certainly failed and was repeated",
            story -> extraAt(story.publishing(EXTRA, 2_050).notStored(EXTRA, 2_060), 121)),
        clean(
            "a publish whose end is unknown, and no delivery",
            story -> story.publishing(EXTRA, 2_100).unresolved(EXTRA, 2_110)),
        clean(
            "a publish whose end is unknown, and its deliveries",
            story ->
                story
                    .publishing(EXTRA, 2_100)
                    .unresolved(EXTRA, 2_110)
                    .delivered("a", EXTRA, 2_120)
                    .delivered("b", EXTRA, 2_120)),
        clean(
            "a publisher that was killed, and the deliveries of its last event",
            story ->
                story
                    .publishing(EXTRA, 2_100)
                    .delivered("a", EXTRA, 2_120)
                    .delivered("b", EXTRA, 2_120)),
        clean(
            "an unknown publish that was repeated and refused",
            story ->
                story
                    .publishing(EXTRA, 2_100)
                    .unresolved(EXTRA, 2_110)
                    .publishing(EXTRA, 2_120)
                    .notStored(EXTRA, 2_130)
                    .delivered("a", EXTRA, 2_120)
                    .delivered("b", EXTRA, 2_120)),
        clean(
            "copies of one publish at once, some of them later than its deliveries",
            story ->
                extraAt(story.publishing(EXTRA, 2_100).publishing(EXTRA, 2_100), 121)
                    .stored(EXTRA, 121, true, 2_105)
                    .stored(EXTRA, 121, true, 2_200)),
        clean(
            "an event that an earlier run had stored",
            story ->
                story
                    .publishing(EXTRA, 2_100)
                    .stored(EXTRA, 50, true, 2_110)
                    .handled("a", EXTRA, 50, Result.OK, 2_120)
                    .handled("b", EXTRA, 50, Result.OK, 2_120)
                    .applied(EXTRA, 2_130)),
        clean(
            "a delivery before the receipt",
            story ->
                story
                    .without(line -> line instanceof Stored it && it.id().equals("e7"))
                    .stored(7, 107, 760)),
        clean(
            "a late settlement that was refused",
            story -> story.settled("a", 10, 1, false, 1_051, 1_060)),
        clean(
            "a settlement that was on its way when the claim was taken",
            story -> story.settled("a", 10, 1, true, 1_049, 1_060)),
        clean(
            "first handlings of two keys that changed places",
            story -> story.without(Story.of("a", 8)).delivered("a", 8, 950)));
  }

  @ParameterizedTest
  @MethodSource("anomalies")
  void anAnomalyIsFoundAndNothingElse(Case told) {
    Findings findings = judged(told);

    assertThat(findings.anomalies()).isEqualTo(told.expected);
    assertThat(findings.isClean()).isFalse();
    String label = told.expected.keySet().iterator().next().label();
    assertThat(findings.examples())
        .isNotEmpty()
        .allSatisfy(example -> assertThat(example).startsWith(label + ": "));
  }

  @ParameterizedTest
  @MethodSource("innocent")
  void nothingIsFoundInWhatMayHappen(Case told) {
    Findings findings = judged(told);

    assertThat(findings.examples()).isEmpty();
    assertThat(findings.anomalies()).isEmpty();
    assertThat(findings.isClean()).isTrue();
  }

  @Test
  void noAnomalyIsWithoutAHistory() {
    EnumSet<Anomaly> told = EnumSet.noneOf(Anomaly.class);
    anomalies().forEach(each -> told.addAll(each.expected.keySet()));

    assertThat(told).isEqualTo(EnumSet.allOf(Anomaly.class));
  }

  @Test
  void aPublishWhoseEndNobodyKnowsMayFillAGap() {
    Story story = extraAt(new Story(), 122);
    story.lines.add(new HistoryLine.Publishing("p", "unwanted", "other", "k", 0, 2_050));
    Rules rules = RULES.wanting((_, type) -> type.equals("t")).withContiguousPositions();

    assertThat(story.judged(rules).anomalies()).isEmpty();
  }

  @Test
  void examplesAreAFewOfEach() {
    Story story = new Story().without(line -> line instanceof Handling);
    story.without(line -> line instanceof Handled it && it.subscription().equals("a"));
    story.without(line -> line instanceof Applied);

    Findings findings = story.judged(RULES);

    assertThat(findings.anomalies())
        .isEqualTo(Map.of(Anomaly.LOST, 20L, Anomaly.NOT_ONE_EFFECT, 20L));
    assertThat(findings.examples()).hasSize(10);
    assertThat(findings.lost()).isEqualTo(20);
  }

  private static Findings judged(Case told) {
    Story story = new Story();
    told.change.accept(story);
    return story.judged(told.rules.apply(RULES));
  }

  private static Case found(String name, Anomaly anomaly, Consumer<Story> change) {
    return new Case(name, rules -> rules, change, Map.of(anomaly, 1L));
  }

  private static Case clean(String name, Consumer<Story> change) {
    return new Case(name, rules -> rules, change, Map.of());
  }

  /** The extra event is stored at this position and delivered from it. */
  private static Story extraAt(Story story, long position) {
    return story
        .publishing(EXTRA, 2_100)
        .stored(EXTRA, position, 2_110)
        .handled("a", EXTRA, position, Result.OK, 2_120)
        .applied(EXTRA, 2_120)
        .handled("b", EXTRA, position, Result.OK, 2_120);
  }

  private static HistoryLine renumbered(HistoryLine line, int number, long seq) {
    return switch (line) {
      case HistoryLine.Publishing it when it.id().equals(Story.id(number)) ->
          new HistoryLine.Publishing(
              it.process(), it.id(), it.type(), it.key(), seq, it.atMicros());
      default -> line;
    };
  }

  private static Handled redriven(Handled it) {
    return new Handled(
        it.process(),
        it.subscription(),
        it.id(),
        it.key(),
        it.seq(),
        it.partition(),
        it.position(),
        1,
        it.result(),
        true,
        2_100);
  }
}

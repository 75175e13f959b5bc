package dev.rookery.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Position;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Claim;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Environment;
import dev.rookery.spi.EventLog;
import dev.rookery.spi.SubscriptionStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.LauncherConstants;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The contract is worth something only if it turns red for a backend that breaks it. */
class ContractControlTest {

  @Test
  void theUnbrokenControlPasses() {
    assertThat(failuresOf(Unbroken.class)).isEmpty();
  }

  @Test
  void aBackendThatLosesOneInAThousandIsCaught() {
    assertThat(failuresOf(LosesOneInAThousand.class)).contains("noneOfThousandsOfEventsIsLost()");
  }

  @Test
  void aBackendThatSwapsTwoEventsIsCaught() {
    assertThat(failuresOf(SwapsTwoEvents.class)).contains("whatWasAppendedIsReadAtItsPositions()");
  }

  @Test
  void aBackendThatShowsAnEventBeforeTheOneBeforeItIsCaught() {
    assertThat(failuresOf(ShowsEventsLate.class))
        .contains("readersNeverSeeAnEventBeforeThoseBeforeIt()");
  }

  @Test
  void aBackendThatAcceptsAStaleClaimIsCaught() {
    assertThat(failuresOf(AcceptsStaleClaims.class))
        .contains("aStaleClaimSavesAndLoadsNothing()", "nothingIsSavedOnceANewOwnerHasRead()");
  }

  @Test
  void aBackendThatForgetsADeadLetterIsCaught() {
    assertThat(failuresOf(ForgetsDeadLetters.class)).contains("aLetterIsFoundAsItWasBuried()");
  }

  @Test
  void aBackendThatAcknowledgesBeforeItStoresIsCaught() {
    assertThat(failuresOf(AcknowledgesBeforeItStores.class))
        .contains("whatWasAppendedIsReadAtItsPositions()");
  }

  @Test
  void aBackendThatRepeatsWithoutEndIsCaught() {
    assertThat(failuresOf(RepeatsWithoutEnd.class))
        .contains(
            "readingGoesOnAfterAnyPosition()",
            "readingInPiecesMissesNothing()",
            "readersNeverSeeAnEventBeforeThoseBeforeIt()");
  }

  @Test
  void aBackendWhoseSearchSkipsWhatDidNotFitIsCaught() {
    assertThat(failuresOf(SkipsInSearches.class)).contains("aSearchGoesOnFromWhereItGot()");
  }

  @Test
  void aBackendThatErasesNothingIsCaught() {
    assertThat(failuresOf(ErasesNothing.class))
        .contains("anErasedEventKeepsItsPlaceAndItsEnvelopeAndNothingElse()");
  }

  private static Set<String> failuresOf(Class<?> contract) {
    var summary = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(contract))
                .configurationParameter(
                    LauncherConstants.DEACTIVATE_LISTENERS_PATTERN_PROPERTY_NAME, "*")
                .build(),
            summary);
    assertThat(summary.getSummary().getTestsFoundCount()).isGreaterThan(100);
    return summary.getSummary().getFailures().stream()
        .map(ContractControlTest::nameOf)
        .collect(Collectors.toSet());
  }

  private static String nameOf(TestExecutionSummary.Failure failure) {
    return failure.getTestIdentifier().getDisplayName();
  }

  static class Unbroken extends BackendContract {
    Object twist(TwistedBackend.Call call) throws Throwable {
      return call.pass();
    }

    @Override
    protected Backend open(BusConfig config, Environment environment) {
      Address address = Address.parse("memory:" + getClass().getSimpleName());
      return new TwistedBackend(
          new MemoryProvider().open(address, config, environment), this::twist);
    }
  }

  /** Says that it erased. */
  static class ErasesNothing extends Unbroken {
    @Override
    Object twist(TwistedBackend.Call call) throws Throwable {
      return call.of("erase")
          ? call.pass(call.arguments().get(0), call.arguments().get(1), List.of())
          : call.pass();
    }
  }

  /** Says that it got past the events that its answer had no room for. */
  static class SkipsInSearches extends Unbroken {
    @Override
    Object twist(TwistedBackend.Call call) throws Throwable {
      Object answer = call.pass();
      return answer instanceof EventLog.Found(var events, var reached, var end) && !end
          ? new EventLog.Found(events, Position.of(reached.high() + 3), false)
          : answer;
    }
  }

  static class LosesOneInAThousand extends Unbroken {
    private final AtomicInteger count = new AtomicInteger();

    @Override
    Object twist(TwistedBackend.Call call) throws Throwable {
      if (!call.of("append")) {
        return call.pass();
      }
      @SuppressWarnings("unchecked")
      List<Append> events = new ArrayList<>((List<Append>) call.arguments().get(1));
      boolean loses =
          count.addAndGet(events.size()) / 1_000 > (count.get() - events.size()) / 1_000;
      if (loses) {
        events.removeLast();
      }
      @SuppressWarnings("unchecked")
      List<Appended> answers =
          new ArrayList<>((List<Appended>) call.pass(call.arguments().get(0), events));
      if (loses) {
        answers.add(answers.getLast());
      }
      return answers;
    }
  }

  static class SwapsTwoEvents extends Unbroken {
    @Override
    Object twist(TwistedBackend.Call call) throws Throwable {
      if (!call.of("read")) {
        return call.pass();
      }
      @SuppressWarnings("unchecked")
      List<Entry> entries = new ArrayList<>((List<Entry>) call.pass());
      if (entries.size() > 10) {
        Entry.Stored one = (Entry.Stored) entries.get(5);
        Entry.Stored two = (Entry.Stored) entries.get(6);
        entries.set(5, new Entry.Stored(one.position(), two.event()));
        entries.set(6, new Entry.Stored(two.position(), one.event()));
      }
      return entries;
    }
  }

  static class ShowsEventsLate extends Unbroken {
    @Override
    Object twist(TwistedBackend.Call call) throws Throwable {
      if (!call.of("read")) {
        return call.pass();
      }
      @SuppressWarnings("unchecked")
      List<Entry> entries = new ArrayList<>((List<Entry>) call.pass());
      if (entries.size() > 1) {
        Entry last = entries.removeLast();
        entries.removeIf(entry -> entry.position().high() % 7 == 0);
        entries.add(last);
      }
      return entries;
    }
  }

  static class AcceptsStaleClaims extends Unbroken {
    @Override
    Object twist(TwistedBackend.Call call) throws Throwable {
      if (!call.of("save")) {
        return call.pass();
      }
      Claim claim = (Claim) call.arguments().get(0);
      var store = (SubscriptionStore) call.part();
      Claim now = store.claims(claim.subscription()).getOrDefault(claim.partition(), claim);
      return call.pass(now.released() ? claim : now, call.arguments().get(1));
    }
  }

  static class ForgetsDeadLetters extends Unbroken {
    @Override
    Object twist(TwistedBackend.Call call) throws Throwable {
      if (!call.of("bury")) {
        return call.pass();
      }
      List<?> letters = (List<?>) call.arguments().get(1);
      return call.pass(call.arguments().get(0), letters.subList(0, (letters.size() + 1) / 2));
    }
  }

  /** Readers see an event only some time after its publisher was answered, too late for a test. */
  static class AcknowledgesBeforeItStores extends Unbroken {
    private static final Duration LATER = Duration.ofSeconds(30);

    private final Map<Position, Long> storedAt = new ConcurrentHashMap<>();

    @Override
    Object twist(TwistedBackend.Call call) throws Throwable {
      Object answer = call.pass();
      if (call.of("append")) {
        long then = System.nanoTime() + LATER.toNanos();
        ((List<?>) answer).forEach(stored -> storedAt.put(((Appended) stored).position(), then));
      }
      return call.of("read") ? ((List<?>) answer).stream().filter(this::isStored).toList() : answer;
    }

    private boolean isStored(Object entry) {
      long then = storedAt.getOrDefault(((Entry) entry).position(), Long.MIN_VALUE);
      return then == Long.MIN_VALUE || System.nanoTime() - then >= 0;
    }
  }

  /** Whoever has read to the end begins anew. */
  static class RepeatsWithoutEnd extends Unbroken {
    @Override
    Object twist(TwistedBackend.Call call) throws Throwable {
      Object answer = call.pass();
      boolean isAtTheEnd = call.of("read") && ((List<?>) answer).isEmpty();
      List<Object> arguments = call.arguments();
      return isAtTheEnd
          ? call.pass(arguments.get(0), Position.ZERO, arguments.get(2), arguments.get(3))
          : answer;
    }
  }
}

package dev.rookery.examples;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.PublishRejected;
import dev.rookery.PublishUnknown;
import dev.rookery.Subscription;
import dev.rookery.check.Findings;
import dev.rookery.check.HistoryCheck;
import dev.rookery.check.HistoryFile;
import dev.rookery.check.HistoryLine.Handling;
import dev.rookery.check.HistoryLine.Publishing;
import dev.rookery.check.HistoryLine.Result;
import dev.rookery.check.Rules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** A publisher and a subscription that write down what they do, and the judgement of it. */
public final class CheckedRun {
  private static final int EVENTS = 100;

  private CheckedRun() {}

  /**
   * Publishes a hundred events, handles them, and says what the history shows.
   *
   * @param arguments the address of the bus; none: one in memory
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    String address = arguments.length > 0 ? arguments[0] : "memory:checked";
    Path file = Files.createTempDirectory("rookery-checked").resolve("run.jsonl");
    CountDownLatch left = new CountDownLatch(EVENTS);
    try (EventBus bus = EventBus.open(address);
        HistoryFile history = new HistoryFile(file, () -> System.nanoTime() / 1_000)) {
      bus.subscribe(Subscription.of("counter", "bot.counted"), counting(history, left));
      for (int i = 1; i <= EVENTS; i++) {
        publish(bus, history, i);
      }
      left.await();
    }
    HistoryCheck check =
        new HistoryCheck(Rules.of(Set.of("counter")).knowingEveryPublish().duplicatesAtMost(0));
    HistoryFile.inOrder(List.of(file), check::take);
    Findings findings = check.findings(Map.of());
    System.out.println(
        "published "
            + findings.published()
            + ", delivered "
            + findings.deliveredInAll()
            + ", found "
            + findings.anomalies());
  }

  private static void publish(EventBus bus, HistoryFile history, int number) throws IOException {
    String id = "count-" + number;
    Publishing call =
        new Publishing("publisher", id, "bot.counted", "all", number, history.nowMicros());
    history.append(_ -> call);
    try {
      var receipt = bus.publish(Draft.of("bot.counted", "{}").id(id).key("all"));
      history.append(micros -> call.stored(receipt, micros));
    } catch (PublishRejected e) {
      history.append(call::notStored);
    } catch (PublishUnknown e) {
      history.append(call::unresolved);
    }
  }

  private static EventHandler counting(HistoryFile history, CountDownLatch left) {
    return EventHandler.ofDeliveries((delivery, _) -> {
      Handling begun = Handling.of("counter-1", delivery, 0, history.nowMicros());
      history.append(_ -> begun);
      // What the handler is for stands here.
      history.append(micros -> begun.ended(Result.OK, micros));
      left.countDown();
    });
  }
}

package dev.rookery.cli.demo;

import dev.rookery.Delivery;
import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.EventRejected;
import dev.rookery.Json;
import dev.rookery.Receipt;
import dev.rookery.Subscriber;
import dev.rookery.check.HistoryFile;
import dev.rookery.check.HistoryLine.Handling;
import dev.rookery.check.HistoryLine.Publishing;
import dev.rookery.check.HistoryLine.Result;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One bot process: handles its subscription, and the shared one where it is a moderator. */
public final class Bot {
  private final BotPlan plan;
  private final EventBus bus;
  private final HistoryFile history;
  private final Quirks quirks;
  private final SharedUsers sharedUsers;

  private Bot(BotPlan plan, EventBus bus, HistoryFile history) {
    this.plan = plan;
    this.bus = bus;
    this.history = history;
    this.quirks = new Quirks(plan.number(), plan.bots());
    this.sharedUsers = new SharedUsers(plan.number(), plan.bots());
  }

  /** Runs until standard input ends. */
  public static void run(BotPlan plan, InputStream in, PrintStream out) throws IOException {
    try (HistoryFile history = HistoryFolder.open(plan.history());
        EventBus bus = EventBus.open(plan.address())) {
      Bot bot = new Bot(plan, bus, history);
      List<Subscriber> subscribers = bot.subscribe();
      out.println("ready");
      out.flush();
      while (in.read() >= 0) {
        // Nothing is said there; its end is the word to stop.
      }
      subscribers.forEach(Subscriber::close);
    }
  }

  private List<Subscriber> subscribe() {
    List<Subscriber> subscribers = new ArrayList<>();
    subscribers.add(bus.subscribe(Fleet.own(plan.number()), writingDown(this::react)));
    if (Fleet.moderates(plan.number())) {
      subscribers.add(bus.subscribe(Fleet.shared(), writingDown((_, _) -> {})));
    }
    return subscribers;
  }

  /** What a bot does with a delivery and its data. */
  @FunctionalInterface
  private interface Reaction {
    void to(Delivery delivery, JsonNode data) throws IOException;
  }

  private EventHandler writingDown(Reaction reaction) {
    return EventHandler.ofDeliveries((delivery, _) -> {
      JsonNode data = delivery.event().data().tree();
      Result result = Result.FAILED;
      try {
        reaction.to(delivery, data);
        result = Result.OK;
      } catch (EventRejected e) {
        result = Result.REJECTED;
        throw e;
      } finally {
        writeDown(delivery, data.path("seq").asLong(0), result);
      }
    });
  }

  private void writeDown(Delivery delivery, long seq, Result result) throws IOException {
    history.append(micros -> Handling.of(plan.name(), delivery, seq, micros).ended(result, micros));
  }

  private void react(Delivery delivery, JsonNode data) throws IOException {
    Event event = delivery.event();
    if (!event.type().startsWith("user.")) {
      return;
    }
    quirks.act(event.key(), data.path("seq").asLong(), delivery.attempt());
    if (plan.number() == 1 && data.path("text").asString("").startsWith("!")) {
      publish(answer(event, data));
    }
    String channel = data.path("channel").asString();
    for (Draft news : sharedUsers.seen(data.path("user").asString(), channel)) {
      publish(news);
    }
  }

  private static Draft answer(Event event, JsonNode data) {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("channel", data.path("channel").asString());
    answer.put("command", data.path("text").asString());
    answer.put("to", data.path("user").asString());
    return Draft.of(Fleet.ANSWERED, answer.toString()).key(event.key());
  }

  private void publish(Draft draft) throws IOException {
    Draft mine = draft.source(plan.name());
    long sent = history.nowMicros();
    Receipt receipt = bus.publish(mine);
    String key = draft.key().orElse(plan.name());
    history.append(micros ->
        new Publishing(plan.name(), receipt.id(), draft.type(), key, 0, sent)
            .stored(receipt, micros));
  }
}

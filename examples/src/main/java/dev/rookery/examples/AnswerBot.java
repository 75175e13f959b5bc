package dev.rookery.examples;

import dev.rookery.Event;
import dev.rookery.EventBus;
import dev.rookery.EventType;
import dev.rookery.RetryPolicy;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import java.io.IOException;
import java.time.Duration;

/** A bot that answers questions in a chat, and does not give up when the chat is down for days. */
public final class AnswerBot {
  /** The chat, as far as the bot needs it. */
  @FunctionalInterface
  public interface Chat {
    /**
     * Posts a text.
     *
     * @param once the chat passes over a post whose token it knows
     */
    void post(String channel, String text, String once) throws IOException, InterruptedException;
  }

  /** The data of what was heard. */
  @EventType("user.message.received")
  public record Heard(String channel, String text) {}

  /** The data of what was said. */
  @EventType("bot.answered")
  public record Answered(String channel, String question) {}

  /** Tries for about a week: the delays double from a minute to six hours. */
  static final Subscription QUESTIONS =
      Subscription.of("answer-bot", "user.message.received")
          .retry(new RetryPolicy(60, Duration.ofMinutes(1), Duration.ofHours(6)))
          .deadline(Duration.ofSeconds(20));

  private final EventBus bus;
  private final Chat chat;

  public AnswerBot(EventBus bus, Chat chat) {
    this.bus = bus;
    this.chat = chat;
  }

  public Subscriber start() {
    return bus.subscribe(QUESTIONS, this::answer);
  }

  private void answer(Event event) throws IOException, InterruptedException {
    Heard heard = event.data(Heard.class);
    if (heard.text().endsWith("?")) {
      chat.post(heard.channel(), "Good question!", event.id());
      bus.publish(new Answered(heard.channel(), event.id()));
    }
  }
}

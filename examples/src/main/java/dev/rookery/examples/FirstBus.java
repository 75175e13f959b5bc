package dev.rookery.examples;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.EventType;
import dev.rookery.Subscription;
import java.util.concurrent.CountDownLatch;

/**
 * Two bots that know each other only by what they say: one hears messages and answers, the other
 * counts answers.
 */
public final class FirstBus {
  private FirstBus() {}

  /** The data of a message. */
  @EventType("user.message.received")
  public record Message(String channel, String text) {}

  /**
   * Runs both bots for one message.
   *
   * @param arguments the address of the bus; none: one in memory
   */
  public static void main(String[] arguments) throws InterruptedException {
    String address = arguments.length > 0 ? arguments[0] : "memory:first";
    CountDownLatch answered = new CountDownLatch(1);
    try (EventBus bus = EventBus.open(address)) {
      bus.subscribe(
          "greeter",
          Message.class,
          (message, event) ->
              bus.publish(Draft.of("bot.answered", "{\"text\":\"hello\"}").key(message.channel())));
      bus.subscribe(
          Subscription.of("counter", "bot.answered"),
          event -> {
            System.out.println(
                "an answer in " + event.key() + ", caused by " + event.causation().orElse(""));
            answered.countDown();
          });
      System.out.println("stored as " + bus.publish(new Message("#general", "anybody here?")));
      answered.await();
    }
  }
}

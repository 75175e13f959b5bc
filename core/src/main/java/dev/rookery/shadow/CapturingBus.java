package dev.rookery.shadow;

import dev.rookery.Causation;
import dev.rookery.Draft;
import dev.rookery.Durability;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.Operations;
import dev.rookery.Position;
import dev.rookery.PublishRejected;
import dev.rookery.Published;
import dev.rookery.Receipt;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.Unsupported;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The bus of a bot in the shadow: it keeps what is published to itself. */
final class CapturingBus implements EventBus {
  private final List<Draft> captured = new ArrayList<>();

  /** What was published since it was last asked. */
  synchronized List<Draft> take() {
    List<Draft> taken = List.copyOf(captured);
    captured.clear();
    return taken;
  }

  @Override
  public List<Published> publishAll(List<Draft> drafts) {
    return drafts.stream().map(this::capture).toList();
  }

  private synchronized Published capture(Draft draft) {
    Draft stamped = Causation.current().map(scope -> scope.stamp(draft)).orElse(draft);
    Optional<String> id = stamped.id();
    if (id.isEmpty()) {
      return new Published.Rejected(
          new PublishRejected(
              "in the shadow an event needs an id, or to be published by the handler's own thread,"
                  + " which gives it one"));
    }
    captured.add(stamped);
    return new Published.Stored(
        new Receipt(id.get(), "shadow", 0, Position.ZERO, Durability.MEMORY, false));
  }

  @Override
  public Subscriber subscribe(Subscription subscription, EventHandler handler) {
    throw new Unsupported("a bot in the shadow is handed its events; it does not subscribe");
  }

  @Override
  public Operations operations() {
    throw new Unsupported("a bot in the shadow publishes, no more; give it another bus to look at");
  }

  @Override
  public void close() {
    // It holds nothing.
  }
}

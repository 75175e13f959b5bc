package dev.rookery.server;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Published;
import dev.rookery.RookeryException;
import dev.rookery.client.wire.JsonOut;
import dev.rookery.client.wire.Problem;
import dev.rookery.client.wire.PublishResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Publishes what comes over one WebSocket, in order, several events at a time. Its queue is short:
 * when it is full, nothing more is read from the socket.
 */
final class SocketPublisher implements Runnable {
  private static final class Item {
    private final byte[] ref;
    private final Draft draft;

    private Item(byte[] ref, Draft draft) {
      this.ref = ref;
      this.draft = draft;
    }
  }

  private final EventBus bus;
  private final PublishEndpoint endpoint;
  private final Outbound outbound;
  private final BlockingQueue<Item> queue = new ArrayBlockingQueue<>(64);

  SocketPublisher(EventBus bus, PublishEndpoint endpoint, Outbound outbound) {
    this.bus = bus;
    this.endpoint = endpoint;
    this.outbound = outbound;
  }

  void publish(byte[] ref, Draft draft) throws InterruptedException {
    queue.put(new Item(ref, draft));
  }

  @Override
  public void run() {
    List<Item> items = new ArrayList<>();
    try {
      while (true) {
        items.add(queue.take());
        queue.drainTo(items);
        store(items);
        items.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void store(List<Item> items) {
    try {
      List<Published> results = bus.publishAll(items.stream().map(item -> item.draft).toList());
      for (int i = 0; i < items.size(); i++) {
        Item item = items.get(i);
        tell(item.ref, endpoint.answer(item.draft, results.get(i)));
      }
    } catch (RookeryException e) {
      Problem problem = Problem.of(e);
      items.forEach(item -> tell(item.ref, new PublishResult.Failed(problem)));
    }
  }

  private void tell(byte[] ref, PublishResult result) {
    switch (result) {
      case PublishResult.Stored(var receipt) -> {
        JsonOut out = new JsonOut(256).beginObject().member("op", "receipt").name("ref").raw(ref);
        PublishResult.members(out, receipt);
        outbound.answer(out.endObject().toString());
      }
      case PublishResult.Failed(Problem problem) -> outbound.answer(errorFrame(problem, ref));
    }
  }

  /** A problem as a frame, with the reference that the client gave. */
  static String errorFrame(Problem problem, byte[] ref) {
    JsonOut out = new JsonOut(256).beginObject().member("op", "error").name("ref").raw(ref);
    members(out, problem);
    problem.more().forEach((name, value) -> out.member(name, value.toString()));
    return out.endObject().toString();
  }

  static void members(JsonOut out, Problem problem) {
    out.member("type", problem.type());
    out.member("title", problem.title());
    out.member("status", problem.status());
    out.member("detail", problem.detail());
  }
}

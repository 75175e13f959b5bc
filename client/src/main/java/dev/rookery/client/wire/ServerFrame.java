package dev.rookery.client.wire;

import dev.rookery.Delivery;
import dev.rookery.Event;
import dev.rookery.InvalidEvent;
import dev.rookery.InvalidInput;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.Subscription;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;

/** Reads what a server says on the WebSocket, and writes its deliveries. */
public final class ServerFrame {
  /** Takes what the frames say. */
  public interface Receiver {
    void subscribed();

    /** Deliveries of one frame; those of one key are a run. */
    void deliveries(List<Sent> sent);

    void revoked(long delivery);

    /** The server has refused something; a delivery's number or -1. */
    void error(Problem problem, long delivery);

    /** What the subscriber in the server does now. */
    void state(String state);

    /** Somebody changed the subscription's definition. */
    void changed(Subscription definition);

    /** A replay has reached its end. */
    void ended();

    /** The server goes away; deliveries that run may still be settled. */
    void draining();
  }

  /** A delivery and the number to settle it by. */
  public record Sent(long number, Delivery delivery) {}

  private final byte[] text;
  private final String subscription;
  private final Receiver receiver;

  private @Nullable String op;
  private long delivery = -1;
  private String type = "";
  private String title = "";
  private String detail = "";
  private String state = "";
  private int status;
  private @Nullable Subscription definition;

  private ServerFrame(byte[] text, String subscription, Receiver receiver) {
    this.text = text;
    this.subscription = subscription;
    this.receiver = receiver;
  }

  /**
   * Reads one message and tells the receiver.
   *
   * @throws InvalidInput when it is no frame
   */
  public static void read(byte[] text, String subscription, Receiver receiver) {
    ServerFrame frame = new ServerFrame(text, subscription, receiver);
    StrictJson.answer(text, frame::members);
  }

  /** Writes a delivery as an item of {@code events}, or with the op of its own frame. */
  public static void write(JsonOut out, long number, Delivery delivery, boolean withOp) {
    out.beginObject();
    if (withOp) {
      out.member("op", "event");
    }
    out.member("delivery", number);
    out.member("stream", delivery.partition().stream());
    out.member("partition", delivery.partition().number());
    out.member("position", delivery.position().toString());
    out.member("attempt", delivery.attempt());
    out.member("epoch", delivery.epoch());
    out.member("replay", delivery.replay());
    out.member("redriven", delivery.redriven());
    out.name("event");
    CloudEventWriter.write(out, delivery.event());
    out.endObject();
  }

  private ServerFrame members(JsonParser parser) {
    Item item = new Item();
    StrictJson.members(parser, name -> take(name, parser, item));
    tell(item);
    return this;
  }

  private void take(String name, JsonParser parser, Item item) {
    switch (name) {
      case "op" -> op = parser.getString();
      case "items" -> receiver.deliveries(StrictJson.items(parser, p -> new Item().read(p)));
      case "delivery" -> delivery = item.delivery = parser.getLongValue();
      case "type" -> type = parser.getString();
      case "title" -> title = parser.getString();
      case "detail" -> detail = parser.getString();
      case "state" -> state = parser.getString();
      case "subscription" -> definition = definition(parser);
      case "status" -> status = parser.getIntValue();
      default -> item.take(name, parser);
    }
  }

  private Subscription definition(JsonParser parser) {
    int begin = (int) parser.currentTokenLocation().getByteOffset();
    int end = StrictJson.skip(parser, 10, Integer.MAX_VALUE);
    byte[] json = Arrays.copyOfRange(text, begin, end);
    return SubscribeRequest.bound(json, SubscribeRequest.class).toSubscription();
  }

  private void tell(Item item) {
    switch (op == null ? "" : op) {
      case "event" -> receiver.deliveries(List.of(item.toSent()));
      case "revoked" -> receiver.revoked(delivery);
      case "subscribed" -> receiver.subscribed();
      case "state" -> receiver.state(state);
      case "changed" -> {
        if (definition != null) {
          receiver.changed(definition);
        }
      }
      case "ended" -> receiver.ended();
      case "draining" -> receiver.draining();
      case "error" ->
          receiver.error(new Problem(type, title, status, detail, java.util.Map.of()), delivery);
      default -> {
        // Pongs and the items told above; what newer servers say beyond that is passed over.
      }
    }
  }

  /** The members of one delivery while they come in. */
  private final class Item {
    private long delivery = -1;
    private String stream = "";
    private int partition;
    private Position position = Position.ZERO;
    private int attempt = 1;
    private long epoch;
    private boolean replay;
    private boolean redriven;
    private @Nullable Event event;

    private Sent read(JsonParser parser) {
      StrictJson.members(parser, name -> take(name, parser));
      return toSent();
    }

    private void take(String name, JsonParser parser) {
      switch (name) {
        case "delivery" -> delivery = parser.getLongValue();
        case "stream" -> stream = parser.getString();
        case "partition" -> partition = parser.getIntValue();
        case "position" -> position = Position.parse(parser.getString());
        case "attempt" -> attempt = parser.getIntValue();
        case "epoch" -> epoch = parser.getLongValue();
        case "replay" -> replay = parser.getBooleanValue();
        case "redriven" -> redriven = parser.getBooleanValue();
        case "event" -> event = CloudEventReader.event(parser, text);
        default -> parser.skipChildren();
      }
    }

    private Sent toSent() {
      if (event == null || stream.isEmpty()) {
        throw new InvalidEvent("the frame is no delivery; is this a Rookery server?");
      }
      return new Sent(
          delivery,
          new Delivery(
              subscription,
              new Partition(stream, partition),
              position,
              attempt,
              epoch,
              replay,
              redriven,
              event));
    }
  }
}

package dev.rookery.client.wire;

import dev.rookery.InvalidInput;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads what a client says on the WebSocket, one JSON object a message. */
public final class ClientFrame {
  /** Takes what the frames say. */
  public interface Receiver {
    void subscribe(SubscribeRequest request);

    void ack(long delivery);

    /**
     * An attempt failed.
     *
     * @param outage whether the surroundings are to blame and not the event
     */
    void retry(long delivery, Duration delay, String reason, boolean outage);

    void reject(long delivery, String reason);

    void working(long delivery);

    /**
     * Somebody publishes.
     *
     * @param ref a JSON value that the answer carries again
     * @param event the event's text, not yet looked at
     */
    void publish(byte[] ref, byte[] event);

    void ping();

    /** Nothing new is wanted; what is out will be settled. */
    void drain();
  }

  private static final int REASON_LENGTH = 500;
  private static final byte[] NO_REF = {'n', 'u', 'l', 'l'};

  private final byte[] text;
  private @Nullable String op;
  private long delivery = -1;
  private long[] deliveries = {};
  private int deliveryCount;
  private long delayMs;
  private String reason = "";
  private boolean outage;
  private byte[] ref = NO_REF;
  private byte @Nullable [] event;

  private ClientFrame(byte[] text) {
    this.text = text;
  }

  /**
   * Reads one message and tells the receiver.
   *
   * @throws InvalidInput when it is no frame
   */
  public static void read(byte[] text, Receiver receiver) {
    ClientFrame frame = new ClientFrame(text);
    StrictJson.read(text, frame::members);
    frame.tell(receiver);
  }

  private ClientFrame members(JsonParser parser) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new InvalidInput("a frame is a JSON object; send {\"op\":..}");
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      switch (name) {
        case "op" -> op = string(name, parser, token);
        case "delivery" -> delivery = number(name, parser, token);
        case "deliveries" -> list(parser, token, this::add);
        case "delayMs" -> delayMs = number(name, parser, token);
        case "reason" -> reason = token == JsonToken.VALUE_NULL ? "" : string(name, parser, token);
        case "outage" -> outage = token == JsonToken.VALUE_TRUE;
        case "ref" -> ref = slice(parser, 0);
        case "event" -> event = slice(parser, 900);
        default -> StrictJson.skip(parser, 10, Integer.MAX_VALUE);
      }
    }
    return this;
  }

  private byte[] slice(JsonParser parser, int depth) {
    int begin = (int) parser.currentTokenLocation().getByteOffset();
    if (depth == 0 && parser.currentToken().isStructStart()) {
      throw new InvalidInput("ref is a number or a string; send one of them");
    }
    return Arrays.copyOfRange(text, begin, StrictJson.skip(parser, depth, Integer.MAX_VALUE));
  }

  private static void list(JsonParser parser, JsonToken token, LongConsumer each) {
    if (token != JsonToken.START_ARRAY) {
      throw new InvalidInput("deliveries is a list of numbers; send [7,8]");
    }
    for (JsonToken item = parser.nextToken();
        item != JsonToken.END_ARRAY;
        item = parser.nextToken()) {
      each.accept(number("deliveries", parser, item));
    }
  }

  private void add(long number) {
    if (deliveryCount == deliveries.length) {
      deliveries = Arrays.copyOf(deliveries, Math.max(16, deliveryCount * 2));
    }
    deliveries[deliveryCount++] = number;
  }

  private static long number(String name, JsonParser parser, JsonToken token) {
    if (token != JsonToken.VALUE_NUMBER_INT || parser.getStringLength() > 18) {
      throw new InvalidInput(name + " is no whole number; send one");
    }
    return parser.getLongValue();
  }

  private static String string(String name, JsonParser parser, JsonToken token) {
    if (token != JsonToken.VALUE_STRING) {
      throw new InvalidInput(name + " is no string; send one");
    }
    return InvalidInput.cut(parser.getString(), REASON_LENGTH);
  }

  private void tell(Receiver receiver) {
    switch (op == null ? "" : op) {
      case "ack" -> {
        if (delivery >= 0) {
          receiver.ack(delivery);
        }
        for (int i = 0; i < deliveryCount; i++) {
          receiver.ack(deliveries[i]);
        }
      }
      case "retry" ->
          receiver.retry(
              required(),
              Duration.ofMillis(Math.clamp(delayMs, 0, 2_592_000_000L)),
              reason,
              outage);
      case "reject" -> receiver.reject(required(), reason);
      case "working" -> receiver.working(required());
      case "publish" -> {
        if (event == null) {
          throw new InvalidInput("publish needs event; send {\"op\":\"publish\",\"event\":{..}}");
        }
        receiver.publish(ref, event);
      }
      case "ping" -> receiver.ping();
      case "drain" -> receiver.drain();
      case "subscribe" -> receiver.subscribe(SubscribeRequest.read(text));
      default ->
          throw new InvalidInput(
              "the op '"
                  + InvalidInput.shown(op == null ? "" : op)
                  + "' is not known; use subscribe, ack, retry, reject, working, publish, drain or ping");
    }
  }

  private long required() {
    if (delivery < 0) {
      throw new InvalidInput("the op " + op + " needs delivery; send the number of one");
    }
    return delivery;
  }
}

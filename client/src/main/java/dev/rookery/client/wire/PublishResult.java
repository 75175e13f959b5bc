package dev.rookery.client.wire;

import dev.rookery.Durability;
import dev.rookery.InvalidInput;
import dev.rookery.Position;
import dev.rookery.Receipt;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;

/** What a server answers about one published event. */
public sealed interface PublishResult {
  /** It is stored. */
  record Stored(Receipt receipt) implements PublishResult {}

  /** It is not stored, or nobody knows. */
  record Failed(Problem problem) implements PublishResult {}

  /** Writes the members of a receipt into an object that is open. */
  static void members(JsonOut out, Receipt receipt) {
    out.member("id", receipt.id());
    out.member("stream", receipt.stream());
    out.member("partition", receipt.partition());
    out.member("position", receipt.position().toString());
    out.member("durability", receipt.durability().toString());
    out.member("duplicate", receipt.duplicate());
  }

  static void write(JsonOut out, PublishResult result) {
    switch (result) {
      case Stored(Receipt receipt) -> {
        out.beginObject();
        members(out, receipt);
        out.endObject();
      }
      case Failed(Problem problem) -> problem.write(out);
    }
  }

  /**
   * Reads the answer to a batch.
   *
   * @throws InvalidInput when it is none
   */
  static List<PublishResult> readAll(byte[] text) {
    return StrictJson.answer(text, parser -> StrictJson.items(parser, PublishResult::read));
  }

  /** Reads the result at which the parser stands. */
  static PublishResult read(JsonParser parser) {
    ResultFields fields = new ResultFields();
    StrictJson.members(parser, name -> fields.take(name, parser));
    return fields.toResult();
  }

  /** The members of one result while they come in. */
  final class ResultFields {
    private @Nullable String id;
    private @Nullable String stream;
    private int partition;
    private Position position = Position.ZERO;
    private Durability durability = Durability.MEMORY;
    private boolean duplicate;
    private @Nullable String type;
    private String title = "";
    private String detail = "";
    private int status;

    /** Takes the member at whose value the parser stands. */
    void take(String name, JsonParser parser) {
      switch (name) {
        case "id" -> id = parser.getString();
        case "stream" -> stream = parser.getString();
        case "partition" -> partition = parser.getIntValue();
        case "position" -> position = Position.parse(parser.getString());
        case "durability" ->
            durability = Durability.valueOf(parser.getString().toUpperCase(Locale.ROOT));
        case "duplicate" -> duplicate = parser.getBooleanValue();
        case "type" -> type = parser.getString();
        case "title" -> title = parser.getString();
        case "detail" -> detail = parser.getString();
        case "status" -> status = parser.getIntValue();
        default -> parser.skipChildren();
      }
    }

    PublishResult toResult() {
      if (type != null) {
        Map<String, Object> where =
            id == null || stream == null
                ? Map.of()
                : Map.of(
                    "id",
                    id,
                    "stream",
                    stream,
                    "partition",
                    partition,
                    "position",
                    position.toString());
        return new Failed(new Problem(type, title, status, detail, where));
      }
      if (id == null || stream == null) {
        throw new InvalidInput("the answer is no receipt; is this a Rookery server?");
      }
      return new Stored(new Receipt(id, stream, partition, position, durability, duplicate));
    }
  }
}

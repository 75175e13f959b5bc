package dev.rookery.client.wire;

import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.Payload;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;

/**
 * Writes CloudEvents in JSON. Data that is JSON is embedded byte by byte as it is; other data, and
 * JSON with blanks around it, in Base64.
 */
public final class CloudEventWriter {
  private CloudEventWriter() {}

  public static void write(JsonOut out, Event event) {
    out.beginObject();
    head(out, event.id(), event.source(), event.type());
    out.member("time", event.time().toString());
    out.member("partitionkey", event.key());
    out.member("correlationid", event.correlation());
    if (event.causation().isPresent()) {
      out.member("causationid", event.causation().get());
    }
    out.member("dataversion", event.version());
    tail(out, event.attributes(), event.data());
    out.endObject();
  }

  /** Writes a draft that has its id and its source. */
  public static void write(JsonOut out, Draft draft) {
    out.beginObject();
    head(out, draft.id().orElseThrow(), draft.source().orElseThrow(), draft.type());
    if (draft.time().isPresent()) {
      out.member("time", draft.time().get().toString());
    }
    draft.key().ifPresent(key -> out.member("partitionkey", key));
    draft.correlation().ifPresent(id -> out.member("correlationid", id));
    draft.causation().ifPresent(id -> out.member("causationid", id));
    draft.version().ifPresent(version -> out.member("dataversion", version));
    tail(out, draft.attributes(), draft.data());
    out.endObject();
  }

  private static void head(JsonOut out, String id, String source, String type) {
    out.member("specversion", "1.0");
    out.member("id", id);
    out.member("source", source);
    out.member("type", type);
  }

  private static void tail(JsonOut out, Map<String, String> attributes, Payload data) {
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      out.name(attribute.getKey());
      if (attribute.getKey().equals(Event.HOPS) && isCount(attribute.getValue())) {
        out.number(Integer.parseInt(attribute.getValue()));
      } else {
        out.string(attribute.getValue());
      }
    }
    out.member("datacontenttype", data.contentType());
    ByteBuffer bytes = data.bytes();
    if (data.isJson() && !isPadded(bytes)) {
      out.name("data").raw(bytes);
    } else {
      out.member("data_base64", Base64.getEncoder().encodeToString(data.toArray()));
    }
  }

  /** Whether blanks surround the value: embedded, they would be the text's and not the data's. */
  private static boolean isPadded(ByteBuffer json) {
    return json.hasRemaining()
        && (json.get(json.position()) <= ' ' && json.get(json.position()) > 0
            || json.get(json.limit() - 1) <= ' ' && json.get(json.limit() - 1) > 0);
  }

  private static boolean isCount(String text) {
    boolean digits = !text.isEmpty() && text.length() <= 9 && text.charAt(0) != '0';
    for (int i = 0; digits && i < text.length(); i++) {
      digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    return digits || text.equals("0");
  }
}

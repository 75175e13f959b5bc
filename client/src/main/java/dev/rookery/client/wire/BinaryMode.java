package dev.rookery.client.wire;

import dev.rookery.Draft;
import dev.rookery.InvalidEvent;
import dev.rookery.InvalidInput;
import dev.rookery.Limits;
import dev.rookery.Payload;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/**
 * CloudEvents in binary mode: attributes in headers {@code ce-...}, percent-encoded as the HTTP
 * binding of CloudEvents 1.0 says, and the data as the body.
 */
public final class BinaryMode {
  private static final String PREFIX = "ce-";

  private BinaryMode() {}

  /** Whether the names of these headers say that the request carries an event. */
  public static boolean isEvent(Iterable<String> headerNames) {
    for (String name : headerNames) {
      if (name.regionMatches(true, 0, "ce-specversion", 0, "ce-specversion".length())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Reads an event.
   *
   * @param contentType of the body, empty where the request names none
   * @throws dev.rookery.PublishRejected when the event is not well-formed or too large
   */
  public static Draft draft(
      Map<String, String> headers, String contentType, byte[] body, Limits limits) {
    EventFields fields = new EventFields();
    headers.forEach((name, value) -> {
      String lower = name.toLowerCase(Locale.ROOT);
      if (lower.startsWith(PREFIX)) {
        fields.set(lower.substring(PREFIX.length()), decoded(lower, value));
      }
    });
    if (!contentType.isEmpty()) {
      fields.contentType = contentType;
    }
    if (body.length > limits.eventBytes()) {
      throw StrictJson.tooLarge(limits.eventBytes());
    }
    Payload data = Payload.wrap(fields.contentType, body);
    if (data.isJson() && body.length == 0) {
      data = new Payload(fields.contentType, Payload.EMPTY.bytes());
    } else if (data.isJson()) {
      StrictJson.checkData(data.bytes(), limits.depth());
    }
    fields.data = data;
    return fields.toDraft(limits);
  }

  private static String decoded(String name, String value) {
    if (value.indexOf('%') < 0) {
      return value;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c != '%') {
        bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
        continue;
      }
      int high = i + 2 < value.length() ? Character.digit(value.charAt(i + 1), 16) : -1;
      int low = i + 2 < value.length() ? Character.digit(value.charAt(i + 2), 16) : -1;
      if (high < 0 || low < 0) {
        throw new InvalidEvent(
            "the header "
                + InvalidInput.shown(name)
                + " is not percent-encoded; write % itself as %25");
      }
      bytes.write(high << 4 | low);
      i += 2;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new InvalidEvent(
          "the header " + InvalidInput.shown(name) + " is not percent-encoded UTF-8", e);
    }
  }
}

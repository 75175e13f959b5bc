package dev.rookery;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The data of an event: its bytes as they came, decoded when asked.
 *
 * @param contentType the media type of the bytes, {@code application/json} unless said otherwise
 * @param bytes read-only; each call of the accessor gives a view with a position of its own
 */
public record Payload(String contentType, ByteBuffer bytes) {
  public static final String JSON = "application/json";
  public static final Payload EMPTY =
      new Payload(JSON, ByteBuffer.wrap("{}".getBytes(StandardCharsets.US_ASCII)));

  public Payload {
    bytes = bytes.asReadOnlyBuffer();
  }

  /** Wraps JSON text as it is. It is checked when it is published. */
  public static Payload json(String text) {
    return new Payload(JSON, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Wraps the bytes without copying; the caller gives them away. */
  public static Payload wrap(String contentType, byte[] bytes) {
    return new Payload(contentType, ByteBuffer.wrap(bytes));
  }

  /**
   * Writes a value, such as a record, as JSON.
   *
   * @throws InvalidInput when the value cannot be written
   */
  public static Payload of(Object value) {
    try {
      return wrap(JSON, Json.MAPPER.writeValueAsBytes(value));
    } catch (JacksonException e) {
      throw new InvalidInput(
          "the data of type "
              + value.getClass().getName()
              + " cannot be written as JSON: "
              + InvalidInput.shown(e),
          e);
    }
  }

  @Override
  public ByteBuffer bytes() {
    return bytes.asReadOnlyBuffer();
  }

  /** A copy of the bytes. */
  public byte[] toArray() {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(bytes.position(), copy);
    return copy;
  }

  public int sizeBytes() {
    return bytes.remaining();
  }

  public boolean isJson() {
    return contentType.equals(JSON)
        || contentType.startsWith(JSON + ";")
        || contentType.endsWith("+json");
  }

  public String text() {
    return StandardCharsets.UTF_8.decode(bytes()).toString();
  }

  /**
   * Decodes the bytes as a JSON tree.
   *
   * @throws Undecodable when they are not JSON
   */
  public JsonNode tree() {
    try {
      JsonNode tree = Json.MAPPER.readTree(toArray());
      if (tree.isMissingNode()) {
        throw new Undecodable("the data is not JSON: it is empty");
      }
      return tree;
    } catch (JacksonException e) {
      throw new Undecodable("the data is not JSON: " + InvalidInput.shown(e), e);
    }
  }

  /**
   * Decodes the bytes into a record or another class that Jackson knows.
   *
   * @throws Undecodable when they do not fit
   */
  public <T> T as(Class<T> type) {
    try {
      return Json.MAPPER.readValue(toArray(), type);
    } catch (JacksonException e) {
      throw new Undecodable(
          "the data does not fit " + type.getName() + ": " + InvalidInput.shown(e), e);
    }
  }
}

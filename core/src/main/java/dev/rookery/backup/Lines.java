package dev.rookery.backup;

import dev.rookery.Json;
import dev.rookery.Payload;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32C;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * The lines of a backup.
 *
 * <p>A line is eight hexadecimal digits, a space, JSON, and a line feed. The digits are a CRC-32C
 * over the JSON and the line feed of this line and of all lines before it: a line that is changed,
 * missing, doubled or out of place is noticed where it stands. The first line is plain text and
 * holds the {@link dev.rookery.Backup.Header}; the others are compressed together (gzip), one
 * {@link dev.rookery.spi.Piece} each, and the last says how many there were.
 */
final class Lines {
  static final int DIGITS = 8;
  static final int MOST_BYTES = 64 << 20;

  /** As everywhere, but data that is text stays text: it compresses better, and people can read. */
  static final JsonMapper MAPPER =
      Json.MAPPER
          .rebuild()
          .addModule(
              new SimpleModule()
                  .addSerializer(Payload.class, new PayloadOut())
                  .addDeserializer(Payload.class, new PayloadIn()))
          .build();

  /** The last line. */
  record End(long pieces) {}

  /** The first line. */
  record Head(dev.rookery.Backup.Header rookeryBackup) {}

  /** What a payload is written as: the one or the other. */
  record Written(String type, Optional<String> text, Optional<byte[]> bytes) {}

  private final CRC32C crc = new CRC32C();

  /** Takes a line into account; the digits that stand before it. */
  String check(byte[] json, int length) {
    crc.update(json, 0, length);
    crc.update('\n');
    return String.format(java.util.Locale.ROOT, "%08x", crc.getValue());
  }

  private static final class PayloadOut extends ValueSerializer<Payload> {
    @Override
    public void serialize(Payload payload, JsonGenerator out, SerializationContext context) {
      out.writeStartObject();
      out.writeStringProperty("type", payload.contentType());
      try {
        String text = StandardCharsets.UTF_8.newDecoder().decode(payload.bytes()).toString();
        out.writeStringProperty("text", text);
      } catch (CharacterCodingException e) {
        out.writeName("bytes");
        out.writeBinary(payload.toArray());
      }
      out.writeEndObject();
    }
  }

  private static final class PayloadIn extends ValueDeserializer<Payload> {
    @Override
    public Payload deserialize(JsonParser in, DeserializationContext context) {
      Written written = context.readValue(in, Written.class);
      return new Payload(
          written.type(),
          ByteBuffer.wrap(
              written
                  .text()
                  .map(text -> text.getBytes(StandardCharsets.UTF_8))
                  .or(written::bytes)
                  .orElse(new byte[0])));
    }
  }
}

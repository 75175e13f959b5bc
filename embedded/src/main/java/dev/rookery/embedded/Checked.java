package dev.rookery.embedded;

import dev.rookery.DamagedLog;
import dev.rookery.InvalidInput;
import dev.rookery.Json;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import tools.jackson.core.JacksonException;

/** A value as JSON, with a checksum that also covers where it belongs. */
final class Checked {
  private final byte[] json;
  private final long checksum;

  private Checked(byte[] json, long checksum) {
    this.json = json;
    this.checksum = checksum;
  }

  /**
   * Writes a value.
   *
   * @param owner what the value belongs to, such as its key in the table
   */
  static Checked of(Object value, String owner) {
    byte[] json = Json.MAPPER.writeValueAsBytes(value);
    return new Checked(json, checksum(json, owner));
  }

  /** A value as it stands in a row. */
  static Checked stored(byte[] json, long checksum) {
    return new Checked(json, checksum);
  }

  /**
   * Reads a value.
   *
   * @param owner as it was when it was written; it stands in the message too
   * @throws DamagedLog when the bytes are not those that were written
   */
  static <T> T read(Class<T> type, byte[] json, long checksum, String owner) {
    require(json, checksum, owner);
    try {
      T value = Json.MAPPER.readValue(json, type);
      if (value == null) {
        throw new DamagedLog("what is stored of " + owner + " cannot be read: it is null");
      }
      return value;
    } catch (JacksonException e) {
      throw new DamagedLog(
          "what is stored of " + owner + " cannot be read: " + InvalidInput.shown(e), e);
    }
  }

  /**
   * Compares without reading.
   *
   * @throws DamagedLog when the bytes are not those that were written
   */
  static void require(byte[] json, long checksum, String owner) {
    if (checksum != checksum(json, owner)) {
      throw new DamagedLog(
          "what is stored of "
              + owner
              + " does not match its checksum; restore the folder from a backup");
    }
  }

  private static long checksum(byte[] json, String owner) {
    CRC32C crc = new CRC32C();
    crc.update(owner.getBytes(StandardCharsets.UTF_8));
    crc.update(0);
    crc.update(json);
    return crc.getValue();
  }

  byte[] json() {
    return json;
  }

  long checksum() {
    return checksum;
  }
}

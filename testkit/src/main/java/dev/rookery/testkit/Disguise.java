package dev.rookery.testkit;

import dev.rookery.InvalidInput;
import dev.rookery.Payload;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.BigIntegerNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.DecimalNode;
import tools.jackson.databind.node.NumericNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Replaces values by others of the same shape. The characters are drawn from HMAC-SHA256 (RFC 2104)
 * over the value's text, block by block, so that they follow from the secret and the value.
 */
final class Disguise {
  private static final String HMAC = "HmacSHA256";

  private final SecretKeySpec key;

  Disguise(String secret) {
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0) {
      throw new InvalidInput("a redaction needs a secret that is not empty");
    }
    this.key = new SecretKeySpec(bytes, HMAC);
  }

  /** The random bytes of one value. */
  private final class Draw {
    private final Mac mac;
    private final byte[] value;
    private ByteBuffer block = ByteBuffer.allocate(0);
    private int blocks;

    private Draw(String text) {
      try {
        mac = Mac.getInstance(HMAC);
        mac.init(key);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java platform has " + HMAC, e);
      }
      value = text.getBytes(StandardCharsets.UTF_8);
    }

    int below(int bound) {
      if (block.remaining() < Integer.BYTES) {
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, blocks++));
        block = ByteBuffer.wrap(mac.doFinal(value));
      }
      return Math.floorMod(block.getInt(), bound);
    }
  }

  /** Text of the same length and shape; a whole number in it stays one without a leading zero. */
  String text(String text) {
    Draw draw = new Draw(text);
    StringBuilder out = new StringBuilder(text.length());
    boolean first = true;
    for (int c : text.codePoints().toArray()) {
      out.append(replacement(c, first, draw));
      first = first && c == '-';
    }
    return out.toString();
  }

  private static char replacement(int c, boolean first, Draw draw) {
    if (Character.isDigit(c)) {
      return (char) (first && c != '0' ? '1' + draw.below(9) : '0' + draw.below(10));
    }
    if (Character.isUpperCase(c)) {
      return (char) ('A' + draw.below(26));
    }
    if (Character.isLetter(c)) {
      return (char) ('a' + draw.below(26));
    }
    return c < 0x80 ? (char) c : Character.isWhitespace(c) ? ' ' : '*';
  }

  /** A value of the same kind. */
  JsonNode value(JsonNode node) {
    return switch (node) {
      case StringNode text -> StringNode.valueOf(text(text.stringValue()));
      case NumericNode number -> number(number);
      case BooleanNode truth -> BooleanNode.FALSE;
      case ObjectNode object -> {
        ObjectNode copy = object.objectNode();
        object.forEachEntry((name, inner) -> copy.set(name, value(inner)));
        yield copy;
      }
      case ArrayNode array -> {
        ArrayNode copy = array.arrayNode();
        array.forEach(inner -> copy.add(value(inner)));
        yield copy;
      }
      default -> node;
    };
  }

  private NumericNode number(NumericNode number) {
    if (number.isIntegralNumber()) {
      return BigIntegerNode.valueOf(new BigInteger(text(number.bigIntegerValue().toString())));
    }
    String written = number.decimalValue().toString();
    int exponent = written.indexOf('E');
    String digits = exponent < 0 ? written : written.substring(0, exponent);
    return DecimalNode.valueOf(
        new BigDecimal(
            text(digits) + written.substring(exponent < 0 ? written.length() : exponent)));
  }

  /** Data of which nothing is known but its length: text keeps its shape, bytes become zeros. */
  Payload whole(Payload data) {
    return data.contentType().startsWith("text/")
        ? Payload.wrap(data.contentType(), text(data.text()).getBytes(StandardCharsets.UTF_8))
        : Payload.wrap(data.contentType(), new byte[data.sizeBytes()]);
  }
}

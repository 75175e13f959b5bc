package dev.rookery;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Looks at the bytes of a JSON text before anything is decoded: they must be UTF-8 in its shortest
 * form, and no escape may name the character zero or half of a surrogate pair. What passes here can
 * be stored and read back by every backend.
 */
public final class JsonText {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long ONES = 0x0101010101010101L;
  private static final long BACKSLASHES = ONES * '\\';

  private final byte[] text;
  private int at;

  private JsonText(byte[] text) {
    this.text = text;
  }

  /**
   * Checks the whole text.
   *
   * @throws InvalidInput naming the byte where it breaks a rule
   */
  public static void check(byte[] text) {
    new JsonText(text).run();
  }

  private void run() {
    while (at < text.length) {
      skipPlain();
      if (at == text.length) {
        return;
      }
      byte b = text[at];
      if (b == '\\') {
        escape();
      } else if (b >= 0) {
        at++;
      } else {
        sequence(b & 0xff);
      }
    }
  }

  /** Passes over eight bytes at a time that are ASCII and no backslash. */
  private void skipPlain() {
    while (at + 8 <= text.length) {
      long eight = (long) LONGS.get(text, at);
      long difference = eight ^ BACKSLASHES;
      long backslash = (difference - ONES) & ~difference & HIGH_BITS;
      if (((eight & HIGH_BITS) | backslash) != 0) {
        return;
      }
      at += 8;
    }
  }

  private void escape() {
    if (at + 1 >= text.length || text[at + 1] != 'u') {
      at += 2;
      return;
    }
    int unit = hex(at + 2);
    if (unit == 0) {
      throw broken("the escape \\u0000 is not allowed");
    }
    if (unit >= 0xdc00 && unit <= 0xdfff) {
      throw broken("half of a surrogate pair is escaped");
    }
    if (unit >= 0xd800 && unit <= 0xdbff) {
      int low =
          at + 7 < text.length && text[at + 6] == '\\' && text[at + 7] == 'u' ? hex(at + 8) : 0;
      if (low < 0xdc00 || low > 0xdfff) {
        throw broken("half of a surrogate pair is escaped");
      }
      at += 6;
    }
    at += 6;
  }

  private int hex(int from) {
    int value = 0;
    for (int i = from; i < from + 4; i++) {
      int digit = i < text.length ? Character.digit(text[i], 16) : -1;
      if (digit < 0) {
        throw broken("an escape \\u has not four hexadecimal digits");
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private void sequence(int lead) {
    int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || at + length > text.length) {
      throw broken("the text is not UTF-8");
    }
    int codePoint = lead & (0x7f >> length);
    for (int i = 1; i < length; i++) {
      int next = text[at + i] & 0xff;
      if ((next & 0xc0) != 0x80) {
        throw broken("the text is not UTF-8");
      }
      codePoint = codePoint << 6 | (next & 0x3f);
    }
    boolean tooLong = length == 3 ? codePoint < 0x800 : length == 4 && codePoint < 0x10000;
    if (tooLong || codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) {
      throw broken("the text is not UTF-8");
    }
    at += length;
  }

  private InvalidInput broken(String what) {
    return new InvalidInput(what + " (at byte " + at + "); send JSON in UTF-8");
  }
}

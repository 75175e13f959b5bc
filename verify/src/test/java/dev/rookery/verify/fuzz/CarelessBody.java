package dev.rookery.verify.fuzz;

import java.nio.charset.StandardCharsets;

/** A decoder with a seeded mistake: it believes the length that a text is said to have. */
public final class CarelessBody {
  private static final int FORMAT = 1;
  private static final int KEY_IS_SOURCE = 1;

  private CarelessBody() {}

  /** What the fuzzer calls. */
  public static void fuzzerTestOneInput(byte[] body) {
    if (body.length > 3 && body[0] == FORMAT && (body[1] & KEY_IS_SOURCE) == 0) {
      text(body, 3, body[2] & 0x7f);
    }
  }

  private static String text(byte[] body, int begin, int length) {
    return new String(body, begin, length, StandardCharsets.UTF_8);
  }
}

package dev.rookery.audit;

import dev.rookery.AuditKey;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JSON object and the seal over its text. Written it is one object whose last member is the seal,
 * so that what is sealed are the very bytes that are stored, and nothing has to be brought into a
 * canonical form.
 */
record Sealed(String body, String seal) {
  private static final Pattern FORM =
      Pattern.compile("(\\{.+),\"seal\":\"([0-9a-f]{64})\"}", Pattern.DOTALL);

  static Sealed of(AuditKey key, String body) {
    return new Sealed(body, key.seal(body));
  }

  static Optional<Sealed> read(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches()
        ? Optional.of(new Sealed(matcher.group(1) + "}", matcher.group(2)))
        : Optional.empty();
  }

  String text() {
    return body.substring(0, body.length() - 1) + ",\"seal\":\"" + seal + "\"}";
  }
}

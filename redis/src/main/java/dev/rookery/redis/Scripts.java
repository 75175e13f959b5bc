package dev.rookery.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What runs inside Redis, each in one step. */
final class Scripts {
  /** The clock of the server; tests have one that they move. */
  static final String SERVER_CLOCK = resource("clock");

  /** A script, and the parts that stand before it; all of its keys are in one slot. */
  enum Name {
    APPEND("ids", "tail"),
    LOOK("ids", "tail"),
    COUNT,
    TRIM("ids", "tail"),
    CHANGE,
    BEGIN("cursors"),
    REWIND("cursors"),
    SAVE("cursors"),
    FORGET,
    CLAIM("cursors"),
    RENEW("cursors"),
    RELEASE("cursors"),
    ANNOUNCE,
    BURY("cursors", "letters"),
    SETTLE("cursors", "letters"),
    REDRIVE("letters"),
    PICK("letters"),
    PRUNE("letters");

    private final List<String> parts;

    Name(String... parts) {
      this.parts = List.of(parts);
    }
  }

  private record Script(String text, String sha) {}

  private final Map<Name, Script> scripts = new EnumMap<>(Name.class);

  Scripts(String clock) {
    for (Name name : Name.values()) {
      StringBuilder text = new StringBuilder(clock);
      name.parts.forEach(part -> text.append(resource(part)));
      text.append(resource(name.name().toLowerCase(java.util.Locale.ROOT)));
      scripts.put(name, new Script(text.toString(), sha1(text.toString())));
    }
  }

  String text(Name name) {
    return of(name).text;
  }

  /** The name that Redis gives to a script. */
  String sha(Name name) {
    return of(name).sha;
  }

  private Script of(Name name) {
    return Objects.requireNonNull(scripts.get(name));
  }

  private static String resource(String name) {
    try (InputStream in = Scripts.class.getResourceAsStream(name + ".lua")) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha1(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}

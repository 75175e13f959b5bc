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

  /** Each a file of its name; all of its keys are in one slot. */
  enum Name {
    APPEND,
    LOOK,
    COUNT,
    TRIM,
    CHANGE,
    BEGIN,
    REWIND,
    SAVE,
    FORGET,
    CLAIM,
    RENEW,
    RELEASE,
    ANNOUNCE,
    BURY,
    SETTLE,
    REDRIVE,
    PICK,
    PRUNE,
    PUSH,
    ERASE
  }

  /**
   * Without room nothing is appended, pushed or copied; all else goes on, since saved cursors are
   * what lets a trim make room.
   */
  private static String header(Name name) {
    return name == Name.APPEND || name == Name.PUSH || name == Name.ERASE
        ? "#!lua\n"
        : "#!lua flags=allow-oom\n";
  }

  /** What several scripts share, and stands before them. */
  private static List<String> parts(Name name) {
    return switch (name) {
      case APPEND, LOOK, TRIM, ERASE -> List.of("ids", "tail");
      case BEGIN, REWIND, SAVE, CLAIM, RENEW, RELEASE -> List.of("cursors");
      case BURY, SETTLE -> List.of("cursors", "letters");
      case REDRIVE, PICK, PRUNE -> List.of("letters");
      case COUNT, CHANGE, FORGET, ANNOUNCE, PUSH -> List.of();
    };
  }

  private record Script(String text, String sha) {}

  private final Map<Name, Script> scripts = new EnumMap<>(Name.class);

  Scripts(String clock) {
    for (Name name : Name.values()) {
      StringBuilder text = new StringBuilder(header(name)).append(clock);
      parts(name).forEach(part -> text.append(resource(part)));
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

package dev.rookery.server;

import dev.rookery.InvalidInput;
import dev.rookery.Start;
import dev.rookery.TypePattern;
import io.javalin.http.Context;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/** Reads what stands behind the question mark. */
final class Query {
  private Query() {}

  static Optional<String> text(Context ctx, String name) {
    List<String> values = ctx.queryParams(name);
    if (values.size() > 1) {
      throw new InvalidInput("'" + name + "' is given twice; give it once");
    }
    return values.stream().findFirst().filter(value -> !value.isEmpty());
  }

  static int number(Context ctx, String name, int otherwise, int max) {
    Optional<String> text = text(ctx, name);
    if (text.isEmpty()) {
      return otherwise;
    }
    if (!text.get().matches("[0-9]{1,6}") || Integer.parseInt(text.get()) > max) {
      throw new InvalidInput(
          "'" + name + "' is no whole number up to " + max + "; give one, or leave it out");
    }
    return Integer.parseInt(text.get());
  }

  static Optional<Instant> time(Context ctx, String name) {
    return text(ctx, name).map(text -> instant(name, text));
  }

  private static Instant instant(String name, String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new InvalidInput("'" + name + "' is no time such as 2026-01-31T12:00:00Z", e);
    }
  }

  static boolean flag(Context ctx, String name) {
    return switch (text(ctx, name).orElse("false")) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new InvalidInput("'" + name + "' is true or false; give one of them");
    };
  }

  static List<TypePattern> patterns(Context ctx) {
    return ctx.queryParams("pattern").stream().map(TypePattern::of).toList();
  }

  static Start from(Context ctx, Start otherwise) {
    return text(ctx, "from").map(Start::parse).orElse(otherwise);
  }
}

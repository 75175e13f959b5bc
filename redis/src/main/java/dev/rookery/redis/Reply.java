package dev.rookery.redis;

import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/** An answer of Redis: bytes, a number, a list of answers, or nothing. */
record Reply(@Nullable Object raw) {
  boolean isNothing() {
    return raw == null;
  }

  byte[] bytes() {
    return switch (raw) {
      case byte[] bytes -> bytes;
      case JedisDataException error -> throw error;
      case null, default -> throw unexpected("bytes");
    };
  }

  String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  Optional<String> optionalText() {
    return raw == null ? Optional.empty() : Optional.of(text());
  }

  long number() {
    return switch (raw) {
      case Long number -> number;
      case byte[] bytes -> Long.parseLong(text());
      case JedisDataException error -> throw error;
      case null, default -> throw unexpected("a number");
    };
  }

  /** The answers within, none where there is nothing. */
  List<Reply> list() {
    return switch (raw) {
      case null -> List.of();
      case List<?> answers -> wrapped(answers);
      case JedisDataException error -> throw error;
      default -> throw unexpected("a list");
    };
  }

  /** A view: an answer is looked at once, and a page of events holds thousands. */
  private static List<Reply> wrapped(List<?> answers) {
    return new AbstractList<>() {
      @Override
      public Reply get(int index) {
        return new Reply(answers.get(index));
      }

      @Override
      public int size() {
        return answers.size();
      }
    };
  }

  /** A flat list of names and values. */
  Map<String, Reply> fields() {
    List<Reply> answers = list();
    Map<String, Reply> fields = LinkedHashMap.newLinkedHashMap(answers.size() / 2);
    for (int i = 0; i + 1 < answers.size(); i += 2) {
      fields.put(answers.get(i).text(), answers.get(i + 1));
    }
    return fields;
  }

  private IllegalStateException unexpected(String wanted) {
    String found = raw == null ? "nothing" : raw.getClass().getSimpleName();
    return new IllegalStateException("Redis answered " + found + " instead of " + wanted);
  }
}

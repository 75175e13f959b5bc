package dev.rookery.verify.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.Event;
import dev.rookery.Payload;
import dev.rookery.conditions.CelConditions;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The input is a condition in the first line, and the data that it is put to. */
class ConditionFuzz {
  private static final CelConditions CONDITIONS = new CelConditions();

  @FuzzTest
  @DictionaryEntries({
    "data.",
    "data.n",
    " == ",
    " && ",
    " || ",
    "!",
    " > ",
    " in ",
    "has(data.n)",
    "size(data)",
    ".all(x, ",
    ".exists(x, ",
    ".map(x, ",
    ".filter(x, ",
    "attributes['a']",
    "type",
    "source",
    "key",
    "version",
    "time",
    ".startsWith('",
    ".matches('",
    "timestamp('",
    "duration('1s')",
    "int(",
    "double(",
    "string(",
    "'",
    "[1,2]",
    "{'a':1}",
    "null",
    "true",
    " ? ",
    " : ",
    " / ",
    " % ",
    "9223372036854775807",
    "1e400"
  })
  void aConditionSaysYesOrNoOrIsRefused(byte[] input) {
    String[] parts = new String(input, StandardCharsets.UTF_8).split("\n", 2);
    Optional<Predicate<Event>> condition = Decoding.of(() -> CONDITIONS.compile(parts[0]));
    if (condition.isPresent()) {
      Event event = event(Payload.json(parts.length < 2 ? "{}" : parts[1]));
      Optional<Boolean> first = Decoding.of(() -> condition.get().test(event));
      assertThat(first).isPresent();
      assertThat(condition.get().test(event)).isEqualTo(first.get());
    }
  }

  private static Event event(Payload data) {
    return new Event(
        "id-1",
        "user.message.received",
        "bot-1",
        "channel-1",
        Instant.parse("2026-01-31T12:00:00Z"),
        "id-1",
        Optional.empty(),
        1,
        data,
        Map.of("a", "b"));
  }
}

package dev.rookery.verify.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.client.wire.Timestamps;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.Function;

class TimestampFuzz {
  @FuzzTest
  @DictionaryEntries({
    "2026-01-31T12:00:00Z",
    "2024-02-29T23:59:60Z",
    ".123456789",
    "T24:00:00Z",
    "+02:00",
    "-0001-",
    "+1000000000-",
    "-1000000000-",
    "\u0660"
  })
  void aTimeIsReadAsJavaReadsIt(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    assertThat(read(text, Timestamps::parse)).isEqualTo(read(text, Instant::parse));
  }

  private static Optional<Instant> read(String text, Function<String, Instant> reader) {
    try {
      return Optional.of(reader.apply(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}

package dev.rookery.verify.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.Start;
import dev.rookery.Token;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Function;

class PlaceFuzz {
  @FuzzTest
  @DictionaryEntries({
    "t_",
    "/0",
    "@",
    ",",
    "-",
    "latest",
    "earliest",
    "2026-01-31T12:00:00Z",
    "9223372036854775807",
    "1700000000000-3",
    "user/0@42",
    "2147483648",
    "\uff11"
  })
  void aPlaceIsReadAsItWasWrittenOrRefused(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    String inToken = "t_" + Base64.getUrlEncoder().withoutPadding().encodeToString(input);
    each(text, Position::parse, Position::toString);
    each(text, Partition::parse, Partition::toString);
    each(text, Token::parse, Token::toString);
    each(inToken, Token::parse, Token::toString);
    each(text, Start::parse, Start::text);
  }

  private static <T> void each(String text, Function<String, T> read, Function<T, String> write) {
    Decoding.of(() -> read.apply(text))
        .ifPresent(place -> assertThat(read.apply(write.apply(place))).isEqualTo(place));
  }
}

package dev.rookery.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.Event;
import dev.rookery.verify.fuzz.Decoding;
import java.util.Optional;

class EventBodyFuzz {
  @FuzzTest
  void aBodyIsReadAsItWasWrittenOrIsNoEvent(byte[] body) {
    Decoding.of(() -> event(body))
        .orElseThrow()
        .ifPresent(event -> {
          byte[] written = EventBody.encode(event);
          assertThat(EventBody.decode("id-1", "bot-1", written)).isEqualTo(event);
        });
  }

  private static Optional<Event> event(byte[] body) {
    try {
      return Optional.of(EventBody.decode("id-1", "bot-1", body));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}

package dev.rookery.verify.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.InvalidInput;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class DecodingTest {
  private static Supplier<String> refusing(String message) {
    return () -> {
      throw new InvalidInput(message);
    };
  }

  @Test
  void aValueAndARefusalAreWhatADecoderOwes() {
    assertThat(Decoding.of(() -> "read")).contains("read");
    assertThat(Decoding.of(refusing("this is no text; send some"))).isEmpty();
  }

  @Test
  void anExceptionThatIsNoRefusalIsSeen() {
    assertThatThrownBy(() -> Decoding.of(() -> "".charAt(0)))
        .isInstanceOf(StringIndexOutOfBoundsException.class);
  }

  @Test
  void aRefusalThatATerminalObeysIsSeen() {
    assertThatThrownBy(() -> Decoding.of(refusing("no \u001b[2J")))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void aRefusalThatEndsInHalfACharacterIsSeen() {
    assertThatThrownBy(() -> Decoding.of(refusing("no \ud83e"))).isInstanceOf(AssertionError.class);
  }

  @Test
  void aRefusalThatRepeatsAllItWasGivenIsSeen() {
    assertThatThrownBy(() -> Decoding.of(refusing("no ".repeat(1_000))))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void aDecoderThatBelievesALengthIsSeen() {
    assertThatThrownBy(() -> Decoding.of(() -> new byte[80 << 20]))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("bytes allocated");
  }

  @Test
  void aDecoderThatTakesLongIsSeen() {
    assertThatThrownBy(() -> Decoding.of(DecodingTest::slow))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("processor time");
  }

  private static boolean slow() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long end = threads.getCurrentThreadCpuTime() + Duration.ofMillis(1_100).toNanos();
    while (threads.getCurrentThreadCpuTime() < end) {
      Thread.onSpinWait();
    }
    return true;
  }
}

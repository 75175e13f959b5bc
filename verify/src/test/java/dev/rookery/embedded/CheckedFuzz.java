package dev.rookery.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.Subscription;
import dev.rookery.spi.Cursor;
import dev.rookery.verify.fuzz.Decoding;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** Rows of JSON whose checksum is right, as another version of the log may have written them. */
class CheckedFuzz {
  @FuzzTest
  @DictionaryEntries({
    "\"floor\":{\"position\":\"1\",\"ordinal\":1}",
    "\"settled\":[{",
    "\"first\":\"1\"",
    "\"last\":\"2\"",
    "\"count\":",
    "\"waiting\":{\"3\":{",
    "\"attempts\":",
    "\"notBefore\":",
    "\"failures\":[{\"at\":",
    "\"error\":",
    "\"parked\":{",
    "\"head\":",
    "\"held\":true",
    "\"name\":\"a\"",
    "\"patterns\":[\"**\"]",
    "\"where\":",
    "\"from\":\"latest\"",
    "\"retry\":{",
    "\"maxAttempts\":",
    "\"initialDelay\":\"PT1S\"",
    "\"maxDelay\":",
    "\"exhausted\":\"hold\"",
    "\"deadline\":",
    "\"concurrency\":",
    "\"window\":",
    "\"replay\":",
    "\"until\":\"t_\"",
    "null"
  })
  void aRowIsReadAsItWasWrittenOrDamaged(byte[] json) {
    each(json, Cursor.class);
    each(json, Subscription.class);
  }

  private static <T> void each(byte[] json, Class<T> type) {
    Decoding.of(() -> Checked.read(type, json, checksum(json), "it"))
        .ifPresent(value -> {
          Checked again = Checked.of(value, "it");
          assertThat(Checked.read(type, again.json(), again.checksum(), "it")).isEqualTo(value);
        });
  }

  private static long checksum(byte[] json) {
    CRC32C crc = new CRC32C();
    crc.update("it\0".getBytes(StandardCharsets.US_ASCII));
    crc.update(json);
    return crc.getValue();
  }
}

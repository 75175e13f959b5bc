package dev.rookery.verify.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.Draft;
import dev.rookery.Event;
import dev.rookery.Limits;
import dev.rookery.client.wire.CloudEventReader;
import dev.rookery.client.wire.CloudEventWriter;
import dev.rookery.client.wire.JsonOut;
import java.util.List;

class CloudEventFuzz {
  @FuzzTest
  @DictionaryEntries({
    "\"specversion\":\"1.0\"",
    "\"id\":",
    "\"source\":",
    "\"type\":",
    "\"time\":",
    "\"partitionkey\":",
    "\"correlationid\":",
    "\"causationid\":",
    "\"dataversion\":",
    "\"datacontenttype\":",
    "\"application/json\"",
    "\"text/plain\"",
    "\"a/b+json\"",
    "\"data\":",
    "\"data_base64\":",
    "\"hops\":",
    "\"expirytime\":",
    "\\u0000",
    "\\ud800",
    "\\ud83e\\udd89",
    "1e999999999",
    "null",
    "true",
    "2147483648",
    "\ufeff",
    "+1000000000-12-31T23:59:59Z"
  })
  void anEventIsReadAsItWasWrittenOrRefused(byte[] text) {
    Decoding.of(() -> CloudEventReader.draft(text, Limits.STANDARD))
        .ifPresent(draft -> {
          assertThat(CloudEventReader.draft(written(draft), Limits.STANDARD)).isEqualTo(draft);
        });
    Decoding.of(() -> CloudEventReader.event(text))
        .ifPresent(event -> {
          assertThat(CloudEventReader.event(written(event))).isEqualTo(event);
        });
    Decoding.of(() -> CloudEventReader.batch(text, Limits.STANDARD))
        .ifPresent(drafts -> {
          assertThat(CloudEventReader.batch(written(drafts), Limits.STANDARD)).isEqualTo(drafts);
        });
  }

  static byte[] written(Draft draft) {
    JsonOut out = new JsonOut();
    CloudEventWriter.write(out, draft);
    return out.toByteArray();
  }

  private static byte[] written(Event event) {
    JsonOut out = new JsonOut();
    CloudEventWriter.write(out, event);
    return out.toByteArray();
  }

  private static byte[] written(List<Draft> drafts) {
    JsonOut out = new JsonOut().beginArray();
    drafts.forEach(draft -> CloudEventWriter.write(out, draft));
    return out.endArray().toByteArray();
  }
}

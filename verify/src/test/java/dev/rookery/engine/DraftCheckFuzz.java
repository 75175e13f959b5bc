package dev.rookery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.BusConfig;
import dev.rookery.Limits;
import dev.rookery.client.wire.AttributeRules;
import dev.rookery.client.wire.CloudEventReader;
import dev.rookery.verify.fuzz.Decoding;
import java.nio.ByteBuffer;

/** The bus in this process and the one behind HTTP take the same and refuse the same. */
class DraftCheckFuzz {
  private static final Limits LIMITS = Limits.STANDARD;
  private static final DraftCheck ENGINE = new DraftCheck(BusConfig.standard());
  private static final StrictJson JSON = new StrictJson(LIMITS.depth(), LIMITS.eventBytes());

  @FuzzTest
  @DictionaryEntries({
    "\"specversion\":\"1.0\"",
    "\"id\":\"1\"",
    "\"source\":\"a\"",
    "\"type\":\"a.b\"",
    "\"data\":",
    "\"datacontenttype\":",
    "\"hops\":",
    "\"expirytime\":",
    "\\u0000",
    "\\ud800",
    "\\ud83e\\udd89",
    "1e308",
    "1e309",
    "-1e999999999",
    "0.1e-5",
    "\"a\":1,\"a\":2",
    "[[[[[[[[",
    "\ufeff",
    "\000{",
    "{\000"
  })
  void bothReadersGiveTheSameVerdict(byte[] text) {
    boolean inside = Decoding.accepts(() -> JSON.check(text));
    boolean outside =
        Decoding.accepts(() ->
            dev.rookery.client.wire.StrictJson.checkData(ByteBuffer.wrap(text), LIMITS.depth()));
    assertThat(inside).as("the engine's verdict on the data").isEqualTo(outside);

    Decoding.of(() -> CloudEventReader.draft(text, AttributeRules.FORM_ONLY))
        .ifPresent(draft -> {
          boolean byEngine = Decoding.accepts(() -> ENGINE.check(draft, draft.data().toArray()));
          boolean byWire = Decoding.accepts(() -> CloudEventReader.draft(text, LIMITS));
          assertThat(byEngine).as("the engine's verdict on the draft").isEqualTo(byWire);
        });
  }
}

package dev.rookery.cli;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.verify.fuzz.Decoding;
import java.nio.charset.StandardCharsets;

class DraftLineFuzz {
  @FuzzTest
  @DictionaryEntries({
    "\"type\":\"a.b\"",
    "\"id\":",
    "\"source\":",
    "\"key\":",
    "\"time\":",
    "\"correlation\":",
    "\"causation\":",
    "\"version\":",
    "\"data\":",
    "\"data_base64\":",
    "\"datacontenttype\":",
    "\"a\":1e999999999",
    "null",
    "2026-01-31T12:00:00+18:00",
    "+999999999-12-31T23:59:59-18:00"
  })
  void aLineIsADraftOrRefused(byte[] line) {
    Decoding.of(() -> DraftLine.parse(new String(line, StandardCharsets.UTF_8)));
  }
}

package dev.rookery.verify.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.check.HistoryFormat;
import java.util.function.Function;

class HistoryFuzz {
  @FuzzTest
  @DictionaryEntries({
    "\"op\":\"publish\"",
    "\"op\":\"handle\"",
    "\"phase\":\"ok\"",
    "\"phase\":\"failed\"",
    "\"process\":",
    "\"subscription\":",
    "\"id\":",
    "\"type\":",
    "\"key\":",
    "\"seq\":",
    "\"partition\":\"user/0\"",
    "\"position\":\"42\"",
    "\"attempt\":",
    "\"duplicate\":true",
    "\"sent\":",
    "\"at\":",
    "\\ud800"
  })
  void aLineIsReadAsItWasWrittenOrIsTornOrRefused(byte[] input) {
    Decoding.of(() -> HistoryFormat.read(input, 0, input.length))
        .flatMap(Function.identity())
        .ifPresent(line -> {
          byte[] written = HistoryFormat.write(line);
          assertThat(HistoryFormat.read(written, 0, written.length - 1)).contains(line);
        });
  }
}

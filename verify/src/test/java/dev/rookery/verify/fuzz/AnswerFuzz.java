package dev.rookery.verify.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.client.wire.EventJson;
import dev.rookery.client.wire.JsonOut;
import dev.rookery.client.wire.Problem;
import dev.rookery.client.wire.PublishResult;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

class AnswerFuzz {
  @FuzzTest
  @DictionaryEntries({
    "\"events\":[{",
    "\"next\":\"t_\"",
    "\"end\":true",
    "\"stream\":\"user\"",
    "\"partition\":",
    "\"position\":\"",
    "\"event\":{\"specversion\":\"1.0\"",
    "\"deliveries\":[{",
    "\"subscription\":",
    "\"state\":\"waiting\"",
    "\"attempts\":",
    "\"reason\":\"parked\"",
    "\"since\":\"2026-01-31T12:00:00Z\"",
    "\"failures\":[{",
    "\"at\":",
    "\"error\":",
    "\"rawContentType\":",
    "\"rawBase64\":",
    "\"durability\":\"fsynced\"",
    "\"duplicate\":",
    "\"type\":",
    "\"title\":",
    "\"status\":",
    "\"detail\":",
    "-1",
    "null"
  })
  void whatAServerAnswersIsUnderstoodOrRefused(byte[] body) {
    Decoding.of(() -> EventJson.readPage(body))
        .ifPresent(page -> {
          JsonOut out = new JsonOut();
          EventJson.write(out, page);
          assertThat(EventJson.readPage(out.toByteArray())).isEqualTo(page);
        });
    listed(body, PublishResult::readAll, PublishResult::write);
    listed(body, EventJson::readReports, EventJson::write);
    listed(body, EventJson::readDeadLetters, EventJson::write);
    Decoding.of(() -> Problem.read(400, body))
        .ifPresent(problem -> {
          assertThat(problem.toException()).isNotNull();
          assertThat(Problem.read(400, problem.toBytes())).isEqualTo(problem);
        });
  }

  private static <T> void listed(
      byte[] body, Function<byte[], List<T>> read, BiConsumer<JsonOut, T> write) {
    Decoding.of(() -> read.apply(body))
        .ifPresent(items -> {
          JsonOut out = new JsonOut().beginArray();
          items.forEach(item -> write.accept(out, item));
          assertThat(read.apply(out.endArray().toByteArray())).isEqualTo(items);
        });
  }
}

package dev.rookery.verify.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.Limits;
import dev.rookery.client.wire.BinaryMode;
import dev.rookery.client.wire.CloudEventReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The input looks like a request: headers, an empty line, the body. */
class BinaryModeFuzz {
  @FuzzTest
  @DictionaryEntries({
    "ce-specversion: 1.0",
    "ce-id: ",
    "ce-source: ",
    "ce-type: ",
    "ce-time: ",
    "ce-partitionkey: ",
    "ce-dataversion: ",
    "ce-hops: ",
    "ce-data: ",
    "ce-datacontenttype: ",
    "content-type: ",
    "application/json",
    "text/plain",
    "%25",
    "%F0%9F%A6%89",
    "%ED%A0%80",
    "%00",
    "\ufeff"
  })
  void anEventInHeadersIsReadOrRefused(byte[] request) {
    int end = endOfHead(request);
    Map<String, String> headers = headers(new String(request, 0, end, StandardCharsets.ISO_8859_1));
    byte[] body = Arrays.copyOfRange(request, Math.min(end + 2, request.length), request.length);
    String type = headers.getOrDefault("content-type", "");
    Decoding.of(() -> BinaryMode.draft(headers, type, body, Limits.STANDARD))
        .ifPresent(draft -> {
          byte[] written = CloudEventFuzz.written(draft);
          assertThat(CloudEventReader.draft(written, Limits.STANDARD)).isEqualTo(draft);
          assertThat(draft.data().sizeBytes()).isGreaterThanOrEqualTo(body.length);
        });
  }

  private static int endOfHead(byte[] request) {
    for (int i = 0; i + 1 < request.length; i++) {
      if (request[i] == '\n' && request[i + 1] == '\n') {
        return i;
      }
    }
    return request.length;
  }

  private static Map<String, String> headers(String head) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line : head.split("\n", -1)) {
      int colon = line.indexOf(": ");
      if (colon > 0) {
        headers.put(line.substring(0, colon), line.substring(colon + 2));
      }
    }
    return headers;
  }
}

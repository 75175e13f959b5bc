package dev.rookery.verify.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.Address;
import java.nio.charset.StandardCharsets;

class AddressFuzz {
  @FuzzTest
  @DictionaryEntries({
    "file:",
    "memory:",
    "http://",
    "redis://",
    "user:secret@",
    "?",
    "&",
    "=",
    "%25",
    "%",
    "+",
    "durability=fsynced",
    "tail=redis://h:1"
  })
  void anAddressIsTakenApartOrRefused(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    Decoding.of(() -> Address.parse(text))
        .ifPresent(address -> {
          assertThat(Address.parse(address.text())).isEqualTo(address);
          assertThat(text.substring(address.scheme().length())).startsWith(":" + address.rest());
          assertThat(address.toString()).startsWith(address.scheme() + ":");
        });
    Decoding.of(() ->
            Address.parse("redis://u:pass" + text.replace("/", "").replace("?", "") + "word@h:1"))
        .ifPresent(address -> assertThat(address.toString()).doesNotContain("pass"));
  }
}

package dev.rookery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  @ParameterizedTest
  @CsvSource({
    "memory:bots, memory, bots",
    "memory:, memory, ''",
    "file:./data, file, ./data",
    "FILE:/a/b, file, /a/b",
    "http://127.0.0.1:7070, http, //127.0.0.1:7070",
    "redis://host:6379?x=1, redis, //host:6379",
  })
  void anAddressIsTakenApart(String text, String scheme, String rest) {
    Address address = Address.parse(text);

    assertThat(address.scheme()).isEqualTo(scheme);
    assertThat(address.rest()).isEqualTo(rest);
    assertThat(address.text()).isEqualTo(text);
  }

  @Test
  void optionsAreDecoded() {
    Address address = Address.parse("postgresql://host/db?tail=redis%3A%2F%2Fh&flag&empty=");

    assertThat(address.options()).isEqualTo(Map.of("tail", "redis://h", "flag", "", "empty", ""));
    assertThat(address.option("tail")).contains("redis://h");
    assertThat(address.option("other")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "bots", ":bots", "./data"})
  void whatHasNoSchemeIsRefused(String text) {
    assertThatThrownBy(() -> Address.parse(text)).isInstanceOf(InvalidInput.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:x?a=%", "file:x?a=%zz"})
  void anOptionThatCannotBeDecodedIsRefused(String text) {
    assertThatThrownBy(() -> Address.parse(text)).isInstanceOf(InvalidInput.class);
  }

  @Test
  void aPasswordIsNotShown() {
    Address address = Address.parse("redis://user:se@cret@host:6379?token=secret");

    assertThat(address.toString()).doesNotContain("cret").contains("host:6379");
  }

  @Test
  void anUnknownSchemeIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> EventBus.open("carrier-pigeon:x"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("memory:");
  }
}

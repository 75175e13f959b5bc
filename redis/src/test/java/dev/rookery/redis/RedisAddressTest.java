package dev.rookery.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.Durability;
import dev.rookery.InvalidInput;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {
  private static RedisAddress of(String text) {
    return RedisAddress.of(Address.parse(text));
  }

  @Test
  void everyPartIsRead() {
    RedisAddress full = of("rediss://bot:s%3Acret@redis.example:6380/2?durability=fsynced");

    assertThat(full)
        .isEqualTo(
            new RedisAddress(
                "redis.example",
                6380,
                2,
                true,
                Optional.empty(),
                Optional.of("bot:s:cret"),
                Optional.of(Durability.FSYNCED)));
    assertThat(full.user()).contains("bot");
    assertThat(full.password()).contains("s:cret");
  }

  @Test
  void whatIsLeftOutIsAsUsual() {
    RedisAddress plain = of("redis://localhost");

    assertThat(plain)
        .isEqualTo(
            new RedisAddress(
                "localhost", 6379, 0, false, Optional.empty(), Optional.empty(), Optional.empty()));
    assertThat(plain.user()).isEmpty();
    assertThat(plain.password()).isEmpty();
  }

  @Test
  void aSentinelHasAPortOfItsOwn() {
    RedisAddress sentinel = of("redis://bot:secret@localhost?sentinel=fleet");

    assertThat(sentinel.port()).isEqualTo(26379);
    assertThat(sentinel.sentinel()).contains("fleet");
    assertThat(sentinel).hasToString("redis://localhost:26379?sentinel=fleet");
  }

  @Test
  void aPasswordMayStandAlone() {
    assertThat(of("redis://:secret@localhost").password()).contains("secret");
    assertThat(of("redis://:secret@localhost").user()).isEmpty();
  }

  @Test
  void thePasswordIsNotShown() {
    assertThat(of("redis://bot:secret@localhost/1")).hasToString("redis://localhost:6379/1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis:",
        "redis://",
        "redis:localhost",
        "redis://bot:secret@local host",
        "redis://bot:secret@localhost/one",
        "redis://bot:secret@localhost:port",
        "redis://bot:secret@localhost?durability=good",
        "redis://bot:secret@localhost?durable=true"
      })
  void whatIsNoAddressIsRefusedWithoutItsPassword(String text) {
    assertThatThrownBy(() -> of(text))
        .isInstanceOf(InvalidInput.class)
        .hasMessageNotContaining("secret");
  }
}

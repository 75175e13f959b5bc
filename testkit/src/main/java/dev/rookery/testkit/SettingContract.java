package dev.rookery.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What settings promise. */
public interface SettingContract extends BackendUnderTest {

  @Test
  default void aSettingIsEmptyUntilSomebodySetsIt() {
    assertThat(backend().setting("streams")).isEmpty();

    assertThat(backend().changeSetting("streams", Optional.empty(), "{\"ü\":\"'\"}")).isTrue();

    assertThat(backend().setting("streams")).contains("{\"ü\":\"'\"}");
    assertThat(backend().setting("other")).isEmpty();
  }

  @Test
  default void aSettingChangesOnlyIfItStillIsWhatTheCallerSaw() {
    backend().changeSetting("streams", Optional.empty(), "one");

    assertThat(backend().changeSetting("streams", Optional.empty(), "two")).isFalse();
    assertThat(backend().changeSetting("streams", Optional.of("other"), "two")).isFalse();
    assertThat(backend().changeSetting("unset", Optional.of("other"), "two")).isFalse();
    assertThat(backend().setting("streams")).contains("one");
    assertThat(backend().setting("unset")).isEmpty();

    assertThat(backend().changeSetting("streams", Optional.of("one"), "two")).isTrue();
    assertThat(backend().setting("streams")).contains("two");
  }

  @Test
  default void ofManyWhoChangeASettingAtOnceOneDoes() {
    List<Boolean> changed =
        Together.run(
            16, n -> backend().changeSetting("streams", Optional.empty(), Integer.toString(n)));

    assertThat(changed).containsOnlyOnce(true);
    int winner = changed.indexOf(true);
    assertThat(backend().setting("streams")).contains(Integer.toString(winner));
  }
}

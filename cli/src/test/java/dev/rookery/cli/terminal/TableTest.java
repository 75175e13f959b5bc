package dev.rookery.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    Table table = new Table("NAME", "LAG").row("moderator", "7").row("a", "1,234");

    assertThat(table.lines())
        .containsExactly("NAME         LAG", "moderator      7", "a          1,234");
  }

  @Test
  void whatATerminalWouldObeyIsWrittenOut() {
    Table table = new Table("NAME").row("a\u001b[2Jb\r\n\u202ec\u009b1md");

    assertThat(table.lines().get(1)).isEqualTo("a\\u001b[2Jb\\u000d\\u000a\\u202ec\\u009b1md");
  }

  @Test
  void wideCharactersTakeTwoColumnsAndMarksNone() {
    Table table = new Table("A", "B").row("日本", "x").row("e\u0301", "x");

    assertThat(table.lines().get(1)).isEqualTo("日本  x");
    assertThat(table.lines().get(2)).isEqualTo("e\u0301     x");
  }

  @Test
  void harmlessTextStaysAsItIs() {
    assertThat(Shown.text("größer, да, 日本 🤖")).isEqualTo("größer, да, 日本 🤖");
  }

  @Test
  void quantitiesAreShort() {
    assertThat(Shown.bytes(999)).isEqualTo("999 B");
    assertThat(Shown.bytes(4_200_000)).isEqualTo("4.2 MB");
    assertThat(Shown.duration(Duration.ofMillis(250))).isEqualTo("250 ms");
    assertThat(Shown.duration(Duration.ofSeconds(90))).isEqualTo("90.0 s");
    assertThat(Shown.duration(Duration.ofDays(7))).isEqualTo("7 d");
    assertThat(Shown.cut("abcdef", 4)).isEqualTo("abc…");
  }
}

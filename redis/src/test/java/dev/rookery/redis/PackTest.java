package dev.rookery.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class PackTest {
  private static final TestServer SERVER = TestServer.shared();

  private static List<String> asRedisReads(Pack pack) {
    String script =
        """
        local pack = string.gsub(ARGV[1], '..', function(hex)
          return string.char(tonumber(hex, 16))
        end)
        local texts = {}
        for i, each in ipairs(cmsgpack.unpack(pack)) do
          texts[i] = tostring(each)
        end
        return texts
        """;
    String hex = HexFormat.of().formatHex(pack.toArray());
    return SERVER.ask("EVAL", script, 0, hex).list().stream().map(Reply::text).toList();
  }

  @Test
  void redisReadsTextsOfEveryLengthAndNumbers() {
    String[] texts = {
      "", "a", "ü€𝄞", "x".repeat(31), "x".repeat(32), "x".repeat(65_535), "x".repeat(65_536)
    };
    Pack pack = new Pack(0);
    for (String text : texts) {
      pack.text(text);
    }
    pack.number(0).number(127).number(65_535);

    assertThat(asRedisReads(pack))
        .startsWith(texts)
        .endsWith("0", "127", "65535")
        .hasSize(texts.length + 3);
  }

  @Test
  void redisReadsMoreElementsThanAShortHeaderCounts() {
    Pack pack = new Pack(0);
    for (int i = 0; i < 70_000; i++) {
      pack.number(i % 100);
    }

    assertThat(asRedisReads(pack)).hasSize(70_000);
  }

  @Test
  void aNumberOfMoreThanSixteenBitsIsRefused() {
    assertThatThrownBy(() -> new Pack(0).number(65_536)).hasMessageContaining("65536");
    assertThatThrownBy(() -> new Pack(0).number(-1)).hasMessageContaining("-1");
  }
}

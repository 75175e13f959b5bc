package dev.rookery.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class PackTest {
  private static final TestServer SERVER = TestServer.shared();

  private static List<Reply> read(Pack pack) {
    String script =
        """
        local pack = string.gsub(ARGV[1], '..', function(hex)
          return string.char(tonumber(hex, 16))
        end)
        return {cmsgpack.unpack(pack)}
        """;
    String hex = HexFormat.of().formatHex(pack.toArray());
    return SERVER.ask("EVAL", script, 0, hex).list();
  }

  @Test
  void redisReadsTextsOfEveryLength() {
    String[] texts = {
      "", "a", "ü€𝄞", "x".repeat(31), "x".repeat(32), "x".repeat(65_535), "x".repeat(65_536)
    };
    Pack pack = new Pack(0);
    for (String text : texts) {
      pack.text(text);
    }

    assertThat(read(pack)).extracting(Reply::text).containsExactly(texts);
  }

  @Test
  void redisReadsBytesAsTheyAre() {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }

    assertThat(read(new Pack(0).bytes(all).bytes(new byte[0])))
        .extracting(Reply::bytes)
        .containsExactly(all, new byte[0]);
  }

  @Test
  void redisReadsTheMostFieldsThatAnEventHas() {
    Pack pack = new Pack(0);
    for (int i = 0; i < 100; i++) {
      pack.text("field " + i);
    }

    assertThat(read(pack)).hasSize(100);
  }
}

package dev.rookery.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the guides quote is what is compiled and run here. */
class QuotedCodeTest {
  private static final Pattern BLOCK =
      Pattern.compile("```(?:java|json)\n(.*?)```", Pattern.DOTALL);

  private static List<String> missingFrom(String guide, String... files) throws IOException {
    StringBuilder sources = new StringBuilder();
    for (String file : files) {
      sources.append(Files.readString(Path.of(file)));
    }
    return BLOCK
        .matcher(guide)
        .results()
        .map((MatchResult block) -> block.group(1))
        .filter(block -> sources.indexOf(block) < 0)
        .toList();
  }

  @Test
  void theGuideToTestingQuotesTheBotAndItsTest() throws IOException {
    String guide = Files.readString(Path.of("../docs/testing.md"));
    assertThat(BLOCK.matcher(guide).results()).hasSize(9);
    String bot = "src/main/java/dev/rookery/examples/AnswerBot.java";
    String test = "src/test/java/dev/rookery/examples/AnswerBotTest.java";
    assertThat(missingFrom(guide, bot, test, "src/test/resources/evening.jsonl")).isEmpty();
    assertThat(missingFrom(guide.replace("q-1", "q-2"), bot, test)).isNotEmpty();
  }
}

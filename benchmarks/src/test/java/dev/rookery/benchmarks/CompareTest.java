package dev.rookery.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompareTest {
  @TempDir Path folder;

  @Test
  void aComparisonEndsWellWhenEveryRunWasClean() {
    assertThat(
            run(
                "--only=memory,queue",
                "--load=paced",
                "--shape=1x1,2x2",
                "--size=200,1000",
                "--seconds=0.05",
                "--warm-up=0",
                "--practice=0",
                "--rounds=2",
                "--folder=" + folder))
        .isZero();
  }

  @Test
  void aNameThatNobodyHasIsWrongUsage() {
    assertThat(run("--only=kafka")).isEqualTo(CommandLine.ExitCode.USAGE);
  }

  private static int run(String... arguments) {
    return new CommandLine(new Compare()).execute(arguments);
  }
}

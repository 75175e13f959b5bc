package dev.rookery.verify.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.Jazzer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("nightly")
class FuzzControlTest {
  private static final int FOUND = 77;

  @TempDir Path folder;

  @Test
  void aMissingCheckOfALengthIsFound() throws IOException, InterruptedException {
    Process fuzzer = fuzzer(CarelessBody.class, "-seed=1", "-max_total_time=60");
    String said = new String(fuzzer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(fuzzer.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(said).contains("StringIndexOutOfBoundsException", CarelessBody.class.getName());
    assertThat(fuzzer.exitValue()).isEqualTo(FOUND);
  }

  private Process fuzzer(Class<?> target, String... options) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:+EnableDynamicAgentLoading",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Jazzer.class.getName(),
            "--target_class=" + target.getName(),
            "--instrumentation_includes=" + target.getName());
    builder.command().addAll(List.of(options));
    return builder.directory(folder.toFile()).redirectErrorStream(true).start();
  }
}

package dev.rookery.verify.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.BusConfig;
import dev.rookery.TypePattern;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

class ConfigFuzz {
  @TempDir static Path folder;

  @FuzzTest
  @DictionaryEntries({
    "\"source\":",
    "\"streams\":{",
    "\"routes\":[{",
    "\"catalogue\":{",
    "\"limits\":{",
    "\"claimTtl\":",
    "\"idWindow\":",
    "\"partitions\":",
    "\"retainAge\":",
    "\"retainBytes\":",
    "\"archiveAge\":",
    "\"archiveBytes\":",
    "\"pattern\":",
    "\"stream\":",
    "\"aliases\":[",
    "\"key\":\"/a\"",
    "\"version\":",
    "\"schema\":{",
    "\"validation\":\"enforce\"",
    "\"owner\":",
    "\"sensitive\":[",
    "\"effect\":\"pure\"",
    "\"eventBytes\":",
    "\"batchEvents\":",
    "\"depth\":",
    "\"7d\"",
    "\"PT1H30M\"",
    "\"4GB\"",
    "\"256KiB\"",
    "null",
    "999999999999d",
    "\"error\"",
    "\"**\""
  })
  void aConfigurationIsWholeOrRefused(byte[] input) throws IOException {
    Path file = Files.write(folder.resolve("rookery.json"), input);
    Decoding.of(() -> BusConfig.load(file))
        .ifPresent(config -> {
          assertThat(config.partitions()).contains(config.partitionOf("user.a", "key"));
          assertThat(config.partitionsOf(List.of(TypePattern.of("**")))).isNotEmpty();
          assertThat(config.claimTtl()).isPositive();
          assertThat(config.claimTtl().toNanos()).isPositive();
          assertThat(config.idWindow().toNanos()).isNotNegative();
        });
  }
}

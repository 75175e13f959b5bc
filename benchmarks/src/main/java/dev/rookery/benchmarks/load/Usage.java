package dev.rookery.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What processes and their children have used.
 *
 * @param residentBytes in memory now, what they share counted once; zero where the system does not
 *     tell
 */
record Usage(Duration cpu, long residentBytes) {
  private static final long KIB = 1_024;

  static Usage of(List<ProcessHandle> roots) {
    List<ProcessHandle> all =
        roots.stream().flatMap(root -> Stream.concat(Stream.of(root), root.descendants())).toList();
    Duration cpu = Duration.ZERO;
    long own = 0;
    long shared = 0;
    for (ProcessHandle process : all) {
      cpu = cpu.plus(process.info().totalCpuDuration().orElse(Duration.ZERO));
      Map<String, Long> status = status(process);
      long its = status.getOrDefault("RssShmem", 0L);
      own += status.getOrDefault("VmRSS", 0L) - its;
      shared = Math.max(shared, its);
    }
    return new Usage(cpu, own + shared);
  }

  static Usage ofThisProcess() {
    ProcessHandle self = ProcessHandle.current();
    return new Usage(self.info().totalCpuDuration().orElse(Duration.ZERO), 0);
  }

  /** The cores in use on average since an earlier look. */
  double cores(Usage before, double seconds) {
    return cpu.minus(before.cpu).toNanos() / 1e9 / seconds;
  }

  /** The sizes that Linux tells of a process, in bytes. */
  private static Map<String, Long> status(ProcessHandle process) {
    Map<String, Long> sizes = new HashMap<>();
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      lines
          .filter(line -> line.endsWith(" kB"))
          .forEach(line -> {
            int colon = line.indexOf(':');
            String number = line.substring(colon + 1, line.length() - " kB".length()).strip();
            sizes.put(line.substring(0, colon), Long.parseLong(number) * KIB);
          });
    } catch (IOException | UncheckedIOException e) {
      // It has ended, or this is no Linux
      return Map.of();
    }
    return sizes;
  }
}

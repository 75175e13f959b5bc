package dev.rookery.postgres;

import dev.rookery.Address;
import dev.rookery.backup.Restore;
import dev.rookery.spi.Environment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** Restores a backup up to its middle, says so and waits for its end. */
final class RestoringProcess {
  private RestoringProcess() {}

  static Process start(Path backup, String address) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx96m",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            RestoringProcess.class.getName(),
            backup.toString(),
            address)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  static void main(String[] arguments) throws IOException {
    try (InputStream in = Files.newInputStream(Path.of(arguments[0]))) {
      Restore.run(
          in, Address.parse(arguments[1]), Environment.system(), RestoringProcess::waitInTheMiddle);
    }
  }

  private static void waitInTheMiddle(long events) {
    if (events > 1_000) {
      System.out.println("half");
      while (true) {
        LockSupport.park();
      }
    }
  }
}

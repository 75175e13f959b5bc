package dev.rookery.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ExamplesTest {
  @Test
  @Timeout(120)
  void theFirstBusStoresAMessageAndCountsItsAnswer() throws Exception {
    assertThat(printed(() -> FirstBus.main(new String[0])))
        .contains("stored as Receipt[")
        .contains("an answer in #general, caused by ");
  }

  @Test
  @Timeout(120)
  void theCheckedRunIsClean() throws Exception {
    assertThat(printed(() -> CheckedRun.main(new String[0])))
        .contains("published 100, delivered 100, found {}");
  }

  private static String printed(Program program) throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  /** What may fail. */
  private interface Program {
    void run() throws Exception;
  }
}

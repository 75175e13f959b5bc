package dev.rookery.cli;

import dev.rookery.Delivery;
import dev.rookery.EventBus;
import dev.rookery.EventRejected;
import dev.rookery.Outage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Hands one delivery to a shell command. */
final class ExecHandler {
  /** EX_DATAERR of sysexits.h: the event will never be accepted. */
  static final int REJECT = 65;

  /** EX_TEMPFAIL of sysexits.h: what the command needs is down. */
  static final int OUTAGE = 75;

  private ExecHandler() {}

  /** Runs the command; its output goes where this process's output goes, or beside it. */
  static void run(String command, Delivery delivery, boolean beside)
      throws IOException, InterruptedException {
    ProcessBuilder builder = builder(shell(command, beside), delivery);
    builder.redirectOutput(ProcessBuilder.Redirect.INHERIT);
    Process process = builder.start();
    try {
      feed(process, EventLine.cloudEvent(delivery.event()) + "\n");
      decide(process.waitFor());
    } catch (InterruptedException e) {
      end(process);
      throw e;
    }
  }

  /**
   * Runs the command and publishes what it prints, a line an event, once it has ended well: as the
   * handler's own, so that a repeated run does not say things twice.
   */
  static void answer(String command, Delivery delivery, EventBus bus)
      throws IOException, InterruptedException {
    Path printed = Files.createTempFile("rookery-exec", ".jsonl");
    try {
      ProcessBuilder builder = builder(shell(command, false), delivery);
      builder.redirectOutput(printed.toFile());
      Process process = builder.start();
      try {
        feed(process, EventLine.cloudEvent(delivery.event()) + "\n");
        decide(process.waitFor());
      } catch (InterruptedException e) {
        end(process);
        throw e;
      }
      for (String line : Files.readAllLines(printed)) {
        if (!line.isBlank()) {
          bus.publish(DraftLine.parse(line));
        }
      }
    } finally {
      Files.deleteIfExists(printed);
    }
  }

  private static ProcessBuilder builder(List<String> shell, Delivery delivery) {
    ProcessBuilder builder = new ProcessBuilder(shell);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    var environment = builder.environment();
    environment.put("ROOKERY_SUBSCRIPTION", delivery.subscription());
    environment.put("ROOKERY_ATTEMPT", Integer.toString(delivery.attempt()));
    environment.put("ROOKERY_POSITION", delivery.partition() + "@" + delivery.position());
    environment.put("ROOKERY_REPLAY", Boolean.toString(delivery.replay()));
    return builder;
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /** A command that does not read its input is none the worse for it. */
  private static void feed(Process process, String event) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(event.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      System.getLogger(ExecHandler.class.getName())
          .log(System.Logger.Level.DEBUG, "the command did not read the event", e);
    }
  }

  private static void decide(int code) {
    switch (code) {
      case 0 -> {}
      case REJECT -> throw new EventRejected("the command rejected it (exit code 65)");
      case OUTAGE -> throw new Outage("the command's surroundings are down (exit code 75)");
      default -> throw new CommandFailed("the command ended with " + code);
    }
  }

  private static List<String> shell(String command, boolean beside) {
    boolean windows =
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    if (windows) {
      return List.of("cmd", "/c", beside ? "(" + command + ") 1>&2" : command);
    }
    return List.of("/bin/sh", "-c", beside ? "exec 1>&2\n" + command : command);
  }

  /** The command asks for a retry. */
  static final class CommandFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommandFailed(String message) {
      super(message);
    }
  }
}

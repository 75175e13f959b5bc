package dev.rookery.cli;

import dev.rookery.BackendUnavailable;
import dev.rookery.InvalidInput;
import dev.rookery.Outage;
import dev.rookery.RookeryException;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line what went wrong, and with which exit code the command ends. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private final Terminal terminal;

  Failures(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    if (e instanceof ParameterException wrong) {
      return handleParseException(wrong, new String[0]);
    }
    if (terminal.env().containsKey("ROOKERY_DEBUG")) {
      e.printStackTrace(terminal.err());
    }
    int code = terminal.interruption().isRequested() ? Exit.INTERRUPTED : codeOf(e);
    if (code == Exit.INTERRUPTED) {
      terminal.message("rookery: interrupted");
    } else {
      terminal.message("rookery: " + describe(e) + next(e, code));
    }
    return code;
  }

  @Override
  public int handleParseException(ParameterException e, String[] arguments) {
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    terminal.message("rookery: " + Shown.text(String.valueOf(e.getMessage())));
    UnmatchedArgumentException.printSuggestions(
        e, new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
    terminal.message("'" + name + " --help' shows how it is used.");
    return Exit.USAGE;
  }

  static int codeOf(Throwable e) {
    return switch (e) {
      case InterruptedException interrupted -> Exit.INTERRUPTED;
      case InterruptedIOException interrupted -> Exit.INTERRUPTED;
      case InvalidInput invalid -> Exit.USAGE;
      case BackendUnavailable away -> Exit.UNREACHABLE;
      case Outage outage -> Exit.UNREACHABLE;
      default -> Exit.FAILED;
    };
  }

  private static String describe(Throwable e) {
    String message = e.getMessage();
    if (e instanceof RookeryException && message != null) {
      return Shown.text(message);
    }
    String name = e.getClass().getSimpleName();
    return message == null ? name : name + ": " + Shown.text(message);
  }

  private static String next(Throwable e, int code) {
    if (code == Exit.UNREACHABLE) {
      return "; is 'rookery serve' running there? --bus names another place";
    }
    return e instanceof RookeryException ? "" : "; ROOKERY_DEBUG=1 shows where";
  }
}

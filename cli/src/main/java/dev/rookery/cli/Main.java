package dev.rookery.cli;

import dev.rookery.cli.terminal.Terminal;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.OptionSpec;

/** The {@code rookery} command. */
@Command(
    name = "rookery",
    description = "An event bus for fleets of bots.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = Main.Version.class,
    footerHeading = "%n",
    footer = {
      "'rookery COMMAND --help' explains a command. A good start: rookery demo",
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 unreachable, 130 interrupted."
    })
public final class Main implements Callable<Integer> {
  private final Terminal terminal;

  private Main(Terminal terminal) {
    this.terminal = terminal;
  }

  public static void main(String[] args) {
    Terminal terminal = Terminal.ofProcess();
    int code = execute(terminal, args);
    terminal.out().flush();
    terminal.err().flush();
    terminal.interruption().finish();
    if (code != Exit.DONE) {
      System.exit(code);
    }
  }

  /** Runs one command; for callers that stay alive after it. */
  public static int execute(Terminal terminal, String... args) {
    return commandLine(terminal).execute(args);
  }

  static CommandLine commandLine(Terminal terminal) {
    CommandLine line = new CommandLine(new Main(terminal));
    line.getCommandSpec().addOption(help()).addOption(version());
    for (Verb verb : Verbs.all(terminal)) {
      CommandLine one = new CommandLine(verb);
      one.getCommandSpec().addOption(help());
      line.addSubcommand(one);
    }
    Failures failures = new Failures(terminal);
    line.setOut(writer(terminal.out()));
    line.setErr(writer(terminal.err()));
    line.setExecutionExceptionHandler(failures);
    line.setParameterExceptionHandler(failures);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(false);
    line.setUsageHelpWidth(110);
    line.setAbbreviatedOptionsAllowed(false);
    return line;
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  private static OptionSpec help() {
    return OptionSpec.builder("-h", "--help")
        .usageHelp(true)
        .description("Shows this help.")
        .build();
  }

  private static OptionSpec version() {
    return OptionSpec.builder("-V", "--version")
        .versionHelp(true)
        .description("Shows the version.")
        .build();
  }

  @Override
  public Integer call() {
    commandLine(terminal).usage(terminal.err());
    return Exit.USAGE;
  }

  /** The version that the jar was built as. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      var built = Optional.ofNullable(Main.class.getPackage().getImplementationVersion());
      return new String[] {"rookery " + built.orElse("unpackaged")};
    }
  }
}

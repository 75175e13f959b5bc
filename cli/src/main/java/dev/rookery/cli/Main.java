package dev.rookery.cli;

import dev.rookery.cli.terminal.Terminal;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
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
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 unreachable, 4 damage found, 130 interrupted."
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
    String called = args.length == 0 ? "" : args[0];
    return commandLine(terminal, verb -> verb.name().equals(called)).execute(args);
  }

  /** The command with every option of every verb. */
  static CommandLine whole(Terminal terminal) {
    return commandLine(terminal, _ -> true);
  }

  private static CommandLine commandLine(Terminal terminal, Predicate<KnownVerb> isWhole) {
    CommandLine line = new CommandLine(new Main(terminal));
    line.getCommandSpec().addOption(KnownVerb.help()).addOption(version());
    for (KnownVerb verb : KnownVerb.ALL) {
      line.addSubcommand(isWhole.test(verb) ? verb.whole(terminal) : verb.named());
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

  private static OptionSpec version() {
    return OptionSpec.builder("-V", "--version")
        .versionHelp(true)
        .description("Shows the version.")
        .build();
  }

  @Override
  public Integer call() {
    commandLine(terminal, _ -> false).usage(terminal.err());
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

package dev.rookery.cli;

import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The {@code rookery} command. */
@Command(
    name = "rookery",
    description = "An event bus for fleets of bots.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
public final class Main implements Runnable {

  public static void main(String[] args) {
    int code = new CommandLine(new Main()).execute(args);
    if (code != 0) {
      System.exit(code);
    }
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.err);
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

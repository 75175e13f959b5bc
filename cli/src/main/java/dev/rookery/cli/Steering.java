package dev.rookery.cli;

import dev.rookery.EventBus;
import dev.rookery.Operations;
import dev.rookery.cli.terminal.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is done to one subscription as a whole. */
abstract class Steering extends Verb {
  @Parameters(paramLabel = "NAME", description = "The subscription.")
  private String name = "";

  @Option(names = "--dry-run", description = "Shows what would be done, and does nothing.")
  private boolean dryRun;

  private final String done;

  Steering(Terminal terminal, String done) {
    super(terminal);
    this.done = done;
  }

  abstract void steer(Operations operations, String subscription);

  @Override
  int run() {
    try (EventBus opened = open()) {
      Operations operations = opened.operations();
      String before = operations.subscription(name).state();
      if (!dryRun) {
        steer(operations, name);
      }
      if (json) {
        print(object().put("name", name).put("was", before).put("did", done).put("dryRun", dryRun));
      } else {
        terminal.line(name + " (" + before + ") " + (dryRun ? "would be " : "is ") + done);
      }
      return Exit.DONE;
    }
  }

  /** Stops handing out. */
  @Command(name = "pause")
  static final class Pause extends Steering {
    Pause(Terminal terminal) {
      super(terminal, "paused");
    }

    @Override
    void steer(Operations operations, String subscription) {
      operations.pause(subscription);
    }
  }

  /** Hands out again. */
  @Command(name = "resume")
  static final class Resume extends Steering {
    Resume(Terminal terminal) {
      super(terminal, "resumed");
    }

    @Override
    void steer(Operations operations, String subscription) {
      operations.resume(subscription);
    }
  }

  /** Forgets it. */
  @Command(name = "remove")
  static final class Remove extends Steering {
    Remove(Terminal terminal) {
      super(terminal, "removed");
    }

    @Override
    void steer(Operations operations, String subscription) {
      operations.remove(subscription);
    }
  }
}

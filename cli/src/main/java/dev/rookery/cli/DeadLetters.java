package dev.rookery.cli;

import dev.rookery.DeadLetter;
import dev.rookery.EventBus;
import dev.rookery.NotFound;
import dev.rookery.Operations;
import dev.rookery.Operations.DeadLetterFilter;
import dev.rookery.TypePattern;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deliveries that were given up. */
@Command(name = "dead-letters")
final class DeadLetters extends Verb {
  private static final int PAGE = 500;

  /** What to do with them. */
  enum Act {
    LIST,
    SHOW,
    REDRIVE,
    DISCARD
  }

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "ACT",
      description = "list, show, redrive (hand out again) or discard. Default: list.")
  private Act act = Act.LIST;

  @Parameters(index = "1..*", arity = "0..*", paramLabel = "ID", description = "These only.")
  private List<String> ids = List.of();

  @Option(names = "--subscription", paramLabel = "NAME", description = "Of this subscription only.")
  private Optional<String> subscription = Optional.empty();

  @Option(names = "--type", paramLabel = "PATTERN", description = "Of these types only.")
  private Optional<String> type = Optional.empty();

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      description = "exhausted, rejected, parked, undecodable, loop or crashed.")
  private Optional<DeadLetter.Reason> reason = Optional.empty();

  @Option(names = "--limit", paramLabel = "N", description = "Lists so many at most. Default: 100.")
  private int limit = 100;

  @Option(names = "--all", description = "Needed to redrive or discard all there are.")
  private boolean all;

  @Option(names = "--dry-run", description = "Shows which it would be, and does nothing.")
  private boolean dryRun;

  DeadLetters(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    DeadLetterFilter filter =
        new DeadLetterFilter(
            ids, subscription, type.map(TypePattern::of), reason, Optional.empty(), PAGE);
    boolean changes = act == Act.REDRIVE || act == Act.DISCARD;
    if (changes
        && !all
        && filter.equals(
            new DeadLetterFilter(
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                PAGE))) {
      throw usage("say which: ids, --subscription, --type, --reason, or --all");
    }
    if (act == Act.SHOW && ids.isEmpty()) {
      throw usage("say which: ids, as 'rookery dead-letters' lists them");
    }
    try (EventBus opened = open()) {
      Operations operations = opened.operations();
      return switch (act) {
        case LIST -> list(find(operations, filter, limit));
        case SHOW -> show(find(operations, filter, Integer.MAX_VALUE));
        case REDRIVE, DISCARD -> change(operations, filter);
      };
    }
  }

  private static List<DeadLetter> find(Operations operations, DeadLetterFilter filter, int most) {
    List<DeadLetter> found = new ArrayList<>();
    List<DeadLetter> page = operations.deadLetters(filter);
    while (!page.isEmpty() && found.size() < most) {
      found.addAll(page.subList(0, Math.min(page.size(), most - found.size())));
      page =
          page.size() < PAGE
              ? List.of()
              : operations.deadLetters(filter.after(page.getLast().id()));
    }
    return found;
  }

  private int list(List<DeadLetter> letters) {
    if (json) {
      letters.forEach(letter -> print(DeadLetterLine.json(letter)));
    } else if (letters.isEmpty()) {
      say("no dead letters");
    } else {
      DeadLetterLine.table(letters).print(terminal);
    }
    return Exit.DONE;
  }

  private int show(List<DeadLetter> letters) {
    if (letters.isEmpty()) {
      throw new NotFound("there is no such dead letter; 'rookery dead-letters' lists them");
    }
    for (DeadLetter letter : letters) {
      if (json) {
        print(DeadLetterLine.json(letter));
      } else {
        DeadLetterLine.lines(letter).forEach(line -> terminal.line(Shown.text(line)));
      }
    }
    return Exit.DONE;
  }

  private int change(Operations operations, DeadLetterFilter filter) {
    boolean redrives = act == Act.REDRIVE;
    int count;
    if (dryRun) {
      List<DeadLetter> letters = find(operations, filter, Integer.MAX_VALUE);
      if (!json) {
        list(letters);
      }
      count = letters.size();
    } else {
      count = redrives ? operations.redrive(filter) : operations.discard(filter);
    }
    if (json) {
      print(object().put(redrives ? "redriven" : "discarded", count).put("dryRun", dryRun));
    } else {
      String done = redrives ? "redriven" : "discarded";
      terminal.line(Shown.number(count) + (dryRun ? " would be " : " ") + done);
    }
    return count == 0 && !ids.isEmpty() ? Exit.FAILED : Exit.DONE;
  }
}

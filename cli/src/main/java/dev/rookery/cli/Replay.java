package dev.rookery.cli;

import dev.rookery.EventBus;
import dev.rookery.Pace;
import dev.rookery.ReplayTerms;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.Token;
import dev.rookery.TypePattern;
import dev.rookery.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads again what was. */
@Command(
    name = "replay",
    footer = {
      "",
      "The plan comes first; --plan ends there. Into a subscription means that it is rewound and hands",
      "its events out again; this waits until they are handled. As a new one means that the command of",
      "--exec is run for each. Ctrl-Z pauses, Ctrl-C cancels: a subscription that has not caught up yet",
      "goes back to where it was, a new one is kept, and the same command goes on with it.",
      "In the shadow of a subscription the command is run for each of its events, and what it prints, a",
      "line an event as for 'subscribe --publish', is compared with what is stored, and not published."
    })
final class Replay extends Verb {
  @Parameters(
      paramLabel = "PATTERN",
      arity = "0..*",
      description = "Types to read. Default: all. Not with --into.")
  private List<String> patterns = List.of();

  @Option(
      names = "--from",
      required = true,
      paramLabel = "START",
      description = "earliest, a time such as 2026-01-31T12:00:00Z, a position or a token.")
  private String from = "";

  @Option(
      names = "--until",
      paramLabel = "TOKEN",
      description = "Where it ends. Default: at what is stored now. Not with --into.")
  private Optional<String> until = Optional.empty();

  @Option(names = "--into", paramLabel = "NAME", description = "A subscription.")
  private Optional<String> into = Optional.empty();

  @Option(names = "--as", paramLabel = "NAME", description = "A new subscription, for --exec.")
  private Optional<String> as = Optional.empty();

  @Option(
      names = "--shadow",
      paramLabel = "NAME",
      description = "Shows what --exec would publish differently in the place of a subscription.")
  private Optional<String> shadow = Optional.empty();

  @Option(names = "--exec", paramLabel = "CMD", description = "A shell command for each event.")
  private Optional<String> exec = Optional.empty();

  @Option(names = "--publish", description = "Publishes what the command prints. With --as.")
  private boolean publish;

  @Option(names = "--where", paramLabel = "CONDITION", description = "A condition in CEL.")
  private Optional<String> where = Optional.empty();

  @Option(names = "--key", paramLabel = "KEY", description = "Events of this key only.")
  private Optional<String> key = Optional.empty();

  @Option(names = "--source", paramLabel = "SOURCE", description = "Events of this source only.")
  private Optional<String> source = Optional.empty();

  @Option(
      names = "--correlation",
      paramLabel = "ID",
      description = "Events of this conversation only.")
  private Optional<String> correlation = Optional.empty();

  @Option(names = "--rate", paramLabel = "N", description = "Events a second at most.")
  private double rate;

  @Option(
      names = "--speed",
      paramLabel = "X",
      description = "Keeps the events' own times, X times as fast; 1 is as it was.")
  private double speed;

  @Option(
      names = "--external",
      description = "Does external effects again; without it a replay passes them over.")
  private boolean external;

  @Option(
      names = {"--plan", "--dry-run"},
      description = "Shows the plan, and reads nothing.")
  private boolean dryRun;

  Replay(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws InterruptedException {
    Start start = Start.parse(from);
    check();
    ReplayTerms terms = new ReplayTerms(external, new Pace(rate, speed));
    try (EventBus opened = open()) {
      terminal.interruption().watch();
      if (into.isPresent()) {
        return new ReplayInto(terminal, opened.operations(), into.get(), json)
            .run(start, terms, dryRun);
      }
      if (as.isPresent()) {
        Subscription replay = narrowed(Subscription.of(as.get(), types())).from(start).terms(terms);
        Token end = until.map(Token::parse).orElseGet(() -> opened.operations().latest());
        return new ReplayAs(terminal, opened, exec.orElseThrow(), publish, json)
            .run(replay.replayUntil(end), dryRun);
      }
      if (shadow.isPresent()) {
        Subscription bot = narrowed(shadowed(opened, shadow.get())).from(start);
        Subscription whole = until.map(Token::parse).map(bot::replayUntil).orElse(bot);
        return new ReplayShadow(terminal, opened, exec.orElseThrow(), json).run(whole, dryRun);
      }
      List<TypePattern> types = patterns.stream().map(TypePattern::of).toList();
      return new ReplayOut(terminal, opened.operations(), json)
          .run(start, types, condition(Optional.empty()), dryRun);
    }
  }

  private void check() {
    List<Optional<String>> ways = List.of(into, as, shadow);
    if (ways.stream().filter(Optional::isPresent).count() > 1) {
      throw usage("--into, --as and --shadow are three ways; choose one");
    }
    boolean narrows =
        !patterns.isEmpty() || condition(Optional.empty()).isPresent() || until.isPresent();
    if (into.isPresent() && narrows) {
      throw usage("with --into the subscription's own patterns and condition hold");
    }
    if (exec.isPresent() != (as.isPresent() || shadow.isPresent())) {
      throw usage("--exec goes with --as or --shadow, and they with it");
    }
    boolean isPaced = rate != 0 || speed != 0;
    if (isPaced && into.isEmpty() && as.isEmpty()) {
      throw usage("--rate and --speed go with --into or --as");
    }
    if (publish && as.isEmpty()) {
      throw usage("--publish goes with --as");
    }
    if (until.isPresent() && as.isEmpty() && shadow.isEmpty()) {
      throw usage("--until goes with --as or --shadow");
    }
  }

  private String[] types() {
    return patterns.isEmpty() ? new String[] {"**"} : patterns.toArray(String[]::new);
  }

  /** The bot's own patterns and condition, where it is known and no others are asked for. */
  private Subscription shadowed(EventBus opened, String name) {
    return patterns.isEmpty()
        ? opened.operations().subscription(name).definition()
        : Subscription.of(name, types());
  }

  private Subscription narrowed(Subscription subscription) {
    return condition(subscription.where()).map(subscription::where).orElse(subscription);
  }

  /** All conditions that are asked for, as one. */
  private Optional<String> condition(Optional<String> own) {
    List<String> parts = new ArrayList<>();
    own.ifPresent(each -> parts.add('(' + each + ')'));
    where.ifPresent(each -> parts.add('(' + each + ')'));
    key.ifPresent(text -> parts.add("key == " + quoted(text)));
    source.ifPresent(text -> parts.add("source == " + quoted(text)));
    correlation.ifPresent(text -> parts.add("correlation == " + quoted(text)));
    return parts.isEmpty() ? Optional.empty() : Optional.of(String.join(" && ", parts));
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}

package dev.rookery.cli;

import dev.rookery.cli.terminal.Terminal;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A verb of the command, all of them in the order of the help. A verb is looked into only when it
 * is the one that was called: reading the options of all of them would take longer than anything
 * else at the start.
 */
record KnownVerb(String name, String description, boolean isHidden, Function<Terminal, Verb> make) {
  static final List<KnownVerb> ALL =
      List.of(
          shown(
              "serve",
              "Serves a bus to other processes over HTTP and WebSocket, with its dashboard.",
              Serve::new),
          shown("publish", "Publishes an event and prints its receipt.", Publish::new),
          shown("tail", "Prints events; keeps no cursor and acknowledges nothing.", Tail::new),
          shown(
              "subscribe",
              "Runs a durable subscription: prints its events, or hands each to a command.",
              Subscribe::new),
          shown(
              "replay",
              "Reads again from a place: to standard output, or into a subscription.",
              Replay::new),
          shown(
              "subscriptions",
              "Shows subscriptions: state, lag, dead letters, the event that holds them up.",
              Subscriptions::new),
          shown(
              "pause",
              "Stops handing out a subscription's events; what runs is finished.",
              Steering.Pause::new),
          shown("resume", "Hands out a paused subscription's events again.", Steering.Resume::new),
          shown(
              "rewind",
              "Moves a subscription to another place; everything after that is handed out again.",
              Rewind::new),
          shown(
              "remove",
              "Forgets a subscription, its place and its dead letters. Its events stay.",
              Steering.Remove::new),
          shown(
              "dead-letters",
              "Lists, shows, redrives or discards deliveries that were given up.",
              DeadLetters::new),
          shown(
              "erase",
              "Takes what was said under a key away for good; positions, ids and types stay.",
              Erase::new),
          shown(
              "export", "Writes what is stored as lines of JSON, whole or filtered.", Export::new),
          shown(
              "import",
              "Publishes what was exported, under its ids: once, however often it is repeated.",
              Import::new),
          shown(
              "backup", "Copies all that a bus holds into a file, while it runs.", MakeBackup::new),
          shown(
              "restore",
              "Makes a bus of a backup, at an empty place; checks every line of it.",
              RestoreBackup::new),
          shown(
              "verify",
              "Looks whether all that is stored is there, can be read, and agrees; repairs copies.",
              VerifyStore::new),
          shown("streams", "Shows the streams' partitions and what they keep.", Streams::new),
          shown(
              "event",
              "Shows an event and what became of it in each subscription.",
              ShowEvent::new),
          shown("trace", "Shows a conversation as a tree of causes and effects.", ShowTrace::new),
          shown(
              "audit",
              "Shows operators' acts and who did them, and whether that record is whole.",
              ShowAudit::new),
          shown(
              "doctor",
              "Shows every setting that weakens a promise, and whether the bus is well.",
              Doctor::new),
          shown("acl", "Prints the users and grants that a store should have for a bus.", Acl::new),
          shown(
              "demo",
              "Shows a fleet of bot processes talking through a durable bus, and judges the run.",
              Demo::new),
          shown(
              "bench",
              "Measures throughput and latency, and checks that nothing is lost or out of order.",
              Bench::new),
          shown("completion", "Prints a completion script for bash and zsh.", Completion::new),
          hidden("demo-bot", "One bot of the demo.", DemoBot::new),
          hidden("exercise", "Does a bit of everything, for the JVM to learn.", Exercise::new));

  private static KnownVerb shown(String name, String description, Function<Terminal, Verb> make) {
    return new KnownVerb(name, description, false, make);
  }

  private static KnownVerb hidden(String name, String description, Function<Terminal, Verb> make) {
    return new KnownVerb(name, description, true, make);
  }

  /** The verb with its options. */
  CommandLine whole(Terminal terminal) {
    CommandLine line = new CommandLine(make.apply(terminal));
    line.getCommandSpec().addOption(help());
    return described(line);
  }

  /** The verb's name and what it does. */
  CommandLine named() {
    return described(new CommandLine(CommandSpec.create().name(name)));
  }

  private CommandLine described(CommandLine line) {
    line.getCommandSpec().usageMessage().description(description).hidden(isHidden);
    return line;
  }

  static OptionSpec help() {
    return OptionSpec.builder("-h", "--help")
        .usageHelp(true)
        .description("Shows this help.")
        .build();
  }
}

package dev.rookery.cli;

import dev.rookery.EventBus;
import dev.rookery.Finding;
import dev.rookery.Finding.Remedy;
import dev.rookery.Finding.Where;
import dev.rookery.Operations.PartitionInfo;
import dev.rookery.Operations.Verified;
import dev.rookery.cli.terminal.Progress;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** Looks whether all that is stored is there, can be read, and agrees. */
@Command(name = "verify")
final class VerifyStore extends Verb {
  @Option(
      names = "--repair",
      description =
          "Repairs what can be repaired without losing anything: what is a copy is made again from"
              + " what is whole.")
  private boolean repair;

  VerifyStore(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    terminal.interruption().watch();
    long began = System.nanoTime();
    try (EventBus opened = open()) {
      Verified verified = verify(opened);
      show(verified, System.nanoTime() - began);
      return verified.damages() > 0 ? Exit.DAMAGED : Exit.DONE;
    }
  }

  private Verified verify(EventBus opened) {
    try (Progress bar = new Progress(terminal, "verify " + Shown.text(address()), total(opened))) {
      return opened
          .operations()
          .verify(
              repair,
              this::show,
              events -> {
                terminal.interruption().requireNone();
                bar.at(events);
              });
    }
  }

  /** How many events there are about, in the log and without the archive. */
  private static long total(EventBus opened) {
    return opened.operations().streams().stream().mapToLong(PartitionInfo::events).sum();
  }

  private void show(Finding finding) {
    if (json) {
      print(line(finding));
    } else {
      terminal.line(Shown.text(finding.toString()));
    }
  }

  private ObjectNode line(Finding finding) {
    ObjectNode line = object();
    line.put("grade", finding.grade().toString()).put("where", finding.where().toString());
    switch (finding.where()) {
      case Where.Log(var partition, var first, var last) ->
          line.put("partition", partition.toString())
              .put("first", first.toString())
              .put("last", last.toString());
      case Where.Gap(var partition, var after, var last) ->
          line.put("partition", partition.toString())
              .put("after", after.toString())
              .put("last", last.toString());
      case Where.Archive(var piece) -> line.put("piece", piece);
      case Where.Tail(var partition) -> line.put("partition", partition.toString());
      case Where.Subscription(var name) -> line.put("subscription", name);
      case Where.Store(var name) -> line.put("store", name);
    }
    line.put("what", finding.what());
    return switch (finding.remedy()) {
      case Remedy.None _ -> line.put("remedy", "none");
      case Remedy.ByRepair(var how) -> line.put("remedy", "repair").put("how", how);
      case Remedy.Repaired(var how) -> line.put("remedy", "repaired").put("how", how);
      case Remedy.ByHand(var how) -> line.put("remedy", "by-hand").put("how", how);
    };
  }

  private void show(Verified verified, long nanos) {
    if (json) {
      print(
          object()
              .put("events", verified.events())
              .put("undecodable", verified.undecodable())
              .put("damages", verified.damages())
              .put("notes", verified.notes())
              .put("repaired", verified.repaired())
              .put("millis", TimeUnit.NANOSECONDS.toMillis(nanos)));
      return;
    }
    say(
        "%s: %s events of the log in %s s, %d damages, %d notes, %d repaired"
            .formatted(
                verified.damages() > 0 ? "damaged" : "whole",
                Shown.number(verified.events()),
                Shown.number(TimeUnit.NANOSECONDS.toSeconds(nanos)),
                verified.damages(),
                verified.notes(),
                verified.repaired()));
  }
}

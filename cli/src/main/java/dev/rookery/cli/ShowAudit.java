package dev.rookery.cli;

import dev.rookery.AuditKey;
import dev.rookery.EventBus;
import dev.rookery.Json;
import dev.rookery.Operations;
import dev.rookery.Start;
import dev.rookery.audit.AuditTrail;
import dev.rookery.audit.Checkpoint;
import dev.rookery.audit.CheckpointFile;
import dev.rookery.audit.Problem;
import dev.rookery.audit.Report;
import dev.rookery.cli.terminal.Shown;
import dev.rookery.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** Operators' acts, and whether the audit is whole. */
@Command(
    name = "audit",
    footer = {
      "",
      "The key of the audit is the one of the configuration (audit.keyFile), else"
          + " $ROOKERY_AUDIT_KEY, else the",
      "file $ROOKERY_AUDIT_KEY_FILE. 'verify' and 'checkpoint' end with 1 where something is wrong."
    })
final class ShowAudit extends Verb {
  /** What to do with it. */
  enum Act {
    LIST,
    VERIFY,
    CHECKPOINT
  }

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "ACT",
      description =
          "list (acts, with who did them), verify (whether the chain is whole), or checkpoint"
              + " (verify, and say how far it came). Default: list.")
  private Act act = Act.LIST;

  @Option(
      names = "--from",
      paramLabel = "FILE",
      description = "Verifies from this checkpoint on, and holds the audit against it.")
  private Optional<Path> from = Optional.empty();

  @Option(
      names = "--to",
      paramLabel = "FILE",
      description = "Writes the checkpoint there. Default: standard output.")
  private Optional<Path> to = Optional.empty();

  @Option(names = "--limit", paramLabel = "N", description = "Lists the last N acts. Default: 100.")
  private int limit = 100;

  @Option(names = "--dry-run", description = "Writes no checkpoint.")
  private boolean dryRun;

  ShowAudit(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws IOException {
    if (limit < 1) {
      throw usage("--limit is at least 1");
    }
    List<AuditKey> keys = busConfig().audit().keys();
    if (act == Act.LIST) {
      return list();
    }
    Optional<Checkpoint> known = Optional.empty();
    if (from.isPresent()) {
      known = new CheckpointFile(from.get()).read(keys);
      if (known.isEmpty()) {
        say("checkpoint: not sealed with this key, or altered: " + from.get());
        return Exit.FAILED;
      }
    }
    Report report = verify(keys, known);
    if (act == Act.VERIFY) {
      show(report, keys);
    } else if (report.isWhole()) {
      write(report, keys);
    } else {
      problems(report);
      say("no checkpoint of an audit that is not whole");
    }
    return report.isWhole() ? Exit.DONE : Exit.FAILED;
  }

  private int list() {
    AuditedAct.Last last = new AuditedAct.Last(limit);
    try (EventBus opened = open()) {
      new AuditTrail(opened.operations()).each(Start.earliest(), last::take);
    }
    if (json) {
      last.all().forEach(each -> print(each.json()));
    } else if (last.all().isEmpty()) {
      say("no acts are recorded");
    } else {
      AuditedAct.table(last.all()).print(terminal);
    }
    return Exit.DONE;
  }

  private Report verify(List<AuditKey> keys, Optional<Checkpoint> known) {
    try (EventBus opened = open()) {
      Operations operations = opened.operations();
      return new AuditTrail(operations).verify(keys, known, Instant.now(), _ -> {});
    }
  }

  private void write(Report report, List<AuditKey> keys) throws IOException {
    if (report.checkpoint().isEmpty()) {
      say("the audit is empty");
      return;
    }
    String line = report.checkpoint().get().write(keys.isEmpty() ? AuditKey.NONE : keys.getFirst());
    if (to.isEmpty()) {
      terminal.line(line);
    } else if (!dryRun) {
      new CheckpointFile(to.get()).write(line);
    }
    say("checkpoint at " + figures(report));
  }

  private void show(Report report, List<AuditKey> keys) {
    if (json) {
      ObjectNode line = object().put("whole", report.isWhole()).put("records", report.records());
      line.put("writers", report.writers()).put("acts", report.acts());
      line.put("deliveries", report.deliveries()).put("lost", report.lost());
      line.put("withoutBeginning", report.withoutBeginning()).put("keyed", !keys.isEmpty());
      line.set("unfinished", Json.MAPPER.valueToTree(report.unfinished()));
      line.set("problems", Json.MAPPER.valueToTree(report.problems()));
      print(line);
      return;
    }
    problems(report);
    report
        .unfinished()
        .forEach(id ->
            terminal.line(
                Shown.text("unfinished " + id + ": announced, and its end is not recorded")));
    if (report.withoutBeginning() > 0) {
      terminal.line(
          Shown.number(report.withoutBeginning())
              + " writers: the first records are not kept; a checkpoint shows whether retention"
              + " took them");
    }
    terminal.line((report.isWhole() ? "whole: " : "NOT WHOLE: ") + figures(report));
    if (keys.isEmpty()) {
      say("no key: this shows accidents, and not who can write to the store");
    }
  }

  private void problems(Report report) {
    for (Problem problem : report.problems()) {
      String where = problem.place().isEmpty() ? "" : " (" + problem.place() + ")";
      String record = problem.record().isEmpty() ? "" : " " + problem.record();
      terminal.line(Shown.text(problem.kind() + record + where + ": " + problem.detail()));
    }
  }

  private static String figures(Report report) {
    return Shown.number(report.records())
        + " records of "
        + Shown.number(report.writers())
        + " writers, "
        + Shown.number(report.acts())
        + " acts ("
        + report.unfinished().size()
        + " unfinished), "
        + Shown.number(report.deliveries())
        + " deliveries ("
        + Shown.number(report.lost())
        + " lost), "
        + report.problems().size()
        + " problems";
  }
}

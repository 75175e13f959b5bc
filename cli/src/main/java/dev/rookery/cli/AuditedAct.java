package dev.rookery.cli;

import dev.rookery.Json;
import dev.rookery.Operations.Located;
import dev.rookery.audit.AuditRecord;
import dev.rookery.audit.Fact;
import dev.rookery.cli.terminal.Table;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/**
 * An operator's act as the audit tells of it.
 *
 * @param outcome {@code done}, {@code failed}, or {@code unfinished}
 */
record AuditedAct(
    String id,
    String place,
    Instant time,
    Fact.Intended act,
    String outcome,
    Map<String, String> result) {

  /** The last acts of an audit, with what became of them. */
  static final class Last {
    private final int most;
    private final Map<String, AuditedAct> acts = new LinkedHashMap<>();

    Last(int most) {
      this.most = most;
    }

    void take(Located located) {
      AuditRecord.read(located.event()).ifPresent(record -> take(record, located));
    }

    private void take(AuditRecord record, Located located) {
      switch (record.fact()) {
        case Fact.Intended act -> {
          String id = AuditRecord.id(record.writer(), record.number());
          String place = located.partition() + "@" + located.position();
          acts.put(id, new AuditedAct(id, place, record.time(), act, "unfinished", Map.of()));
          if (acts.size() > most) {
            acts.remove(acts.keySet().iterator().next());
          }
        }
        case Fact.Done done -> end(record.writer(), done.announcement(), "done", done.result());
        case Fact.Failed failed ->
            end(record.writer(), failed.announcement(), "failed", Map.of("error", failed.error()));
        case Fact.Delivered _, Fact.Lost _ -> {}
      }
    }

    private void end(String writer, long number, String outcome, Map<String, String> result) {
      acts.computeIfPresent(
          AuditRecord.id(writer, number),
          (id, known) -> new AuditedAct(id, known.place, known.time, known.act, outcome, result));
    }

    Collection<AuditedAct> all() {
      return acts.values();
    }
  }

  ObjectNode json() {
    ObjectNode line = Json.MAPPER.createObjectNode();
    line.put("id", id).put("place", place).put("time", time.toString());
    line.put("act", act.act()).put("target", act.target());
    line.put("who", act.who()).put("authenticated", act.authenticated()).put("via", act.via());
    line.set("with", Json.MAPPER.valueToTree(new TreeMap<>(act.with())));
    line.put("outcome", outcome);
    line.set("result", Json.MAPPER.valueToTree(new TreeMap<>(result)));
    return line;
  }

  static Table table(Collection<AuditedAct> acts) {
    Table table = new Table("TIME", "ACT", "TARGET", "WHO", "VIA", "OUTCOME", "DETAILS");
    for (AuditedAct act : acts) {
      table.row(
          act.time,
          act.act.act(),
          act.act.target(),
          act.act.who() + (act.act.authenticated() ? "" : " (not authenticated)"),
          act.act.via(),
          act.outcome,
          details(act));
    }
    return table;
  }

  private static String details(AuditedAct act) {
    Map<String, String> all = new TreeMap<>(act.act.with());
    all.putAll(act.result);
    return all.entrySet().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }
}

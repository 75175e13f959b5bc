package dev.rookery.cli;

import dev.rookery.Json;
import dev.rookery.ReplayPlan;
import dev.rookery.cli.terminal.Shown;
import java.time.Duration;
import tools.jackson.databind.node.ObjectNode;

/** A replay's plan, as it is printed. */
record PlanLine(ReplayPlan plan, boolean dryRun) {
  String human() {
    String about = plan.counted() ? "" : "about ";
    return "plan: read "
        + Shown.number(plan.stored())
        + " stored events, hand out "
        + about
        + Shown.number(plan.matching())
        + " of "
        + (plan.counted() ? "" : "at least ")
        + Shown.number(plan.keys())
        + " keys, in about "
        + Duration.ofSeconds(Math.max(1, plan.time().toSeconds())).toString().substring(2)
        + " and what the handlers take";
  }

  ObjectNode json() {
    return Json.MAPPER
        .createObjectNode()
        .put("stored", plan.stored())
        .put("matching", plan.matching())
        .put("keys", plan.keys())
        .put("counted", plan.counted())
        .put("readPerSecond", plan.readPerSecond())
        .put("seconds", plan.time().toMillis() / 1e3)
        .put("until", plan.end().toString())
        .put("dryRun", dryRun);
  }
}

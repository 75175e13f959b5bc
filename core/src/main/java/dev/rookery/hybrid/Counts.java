package dev.rookery.hybrid;

import dev.rookery.Operations.Kind;
import dev.rookery.Operations.Metric;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What this process did with its tail. */
final class Counts {
  final LongAdder pushed = new LongAdder();
  final LongAdder readFromTail = new LongAdder();
  final LongAdder readFromLog = new LongAdder();
  final LongAdder holesRead = new LongAdder();
  final LongAdder holesRepaired = new LongAdder();
  final LongAdder begun = new LongAdder();
  final LongAdder troubles = new LongAdder();

  List<Metric> metrics(boolean inUse) {
    return List.of(
        new Metric(
            "rookery_tail_in_use",
            "Whether events are read from the tail.",
            Kind.GAUGE,
            Map.of(),
            inUse ? 1 : 0),
        counter("rookery_tail_pushed_total", "Entries pushed to the tail.", pushed),
        counter("rookery_tail_read_total", "Entries read from the tail.", readFromTail),
        counter("rookery_tail_log_read_total", "Entries read from the log itself.", readFromLog),
        counter(
            "rookery_tail_holes_read_total",
            "Reads that found a hole in the tail, and went to the log.",
            holesRead),
        counter(
            "rookery_tail_holes_repaired_total",
            "Holes of the tail that were filled from the log.",
            holesRepaired),
        counter("rookery_tail_begun_total", "Times that the tail began anew.", begun),
        counter("rookery_tail_troubles_total", "Times that the tail was lost.", troubles));
  }

  private static Metric counter(String name, String help, LongAdder adder) {
    return new Metric(name, help, Kind.COUNTER, Map.of(), adder.doubleValue());
  }
}

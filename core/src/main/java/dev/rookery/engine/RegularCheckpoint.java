package dev.rookery.engine;

import dev.rookery.AuditConfig;
import dev.rookery.Operations;
import dev.rookery.Operations.Kind;
import dev.rookery.Operations.Metric;
import dev.rookery.RookeryException;
import dev.rookery.audit.AuditTrail;
import dev.rookery.audit.Checkpoint;
import dev.rookery.audit.CheckpointFile;
import dev.rookery.audit.Report;
import dev.rookery.spi.SerialWork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Verifies the audit now and then, from the last checkpoint on, and writes the next into its file.
 * Where something is wrong the file stays as it is: it is the proof.
 */
final class RegularCheckpoint {
  private static final System.Logger LOG = System.getLogger(RegularCheckpoint.class.getName());

  private final EngineParts parts;
  private final AuditConfig config;
  private final AuditTrail trail;
  private final SerialWork work;
  private volatile boolean closed;
  private volatile int problems;

  RegularCheckpoint(EngineParts parts, Operations operations) {
    this.parts = parts;
    this.config = parts.config().audit();
    this.trail = new AuditTrail(operations);
    this.work = new SerialWork(parts.environment(), "rookery-audit-checkpoint", this::turn);
    next();
  }

  private void next() {
    if (config.checkpoint().isPresent()) {
      parts.alarms().set(config.checkpointEvery().toNanos(), work::ask);
    }
  }

  private void turn() {
    try {
      config.checkpoint().filter(_ -> !closed).ifPresent(this::write);
    } finally {
      next();
    }
  }

  private void write(Path path) {
    CheckpointFile file = new CheckpointFile(path);
    try {
      Optional<Checkpoint> last = Files.exists(path) ? file.read(config.keys()) : Optional.empty();
      if (last.isEmpty() && Files.exists(path)) {
        problems = 1;
        say("the checkpoint in " + path + " is not sealed with this key, or altered");
        return;
      }
      Report report = trail.verify(config.keys(), last, parts.environment().now(), _ -> {});
      problems = report.problems().size();
      if (!report.isWhole()) {
        say("the audit is not whole: " + report.problems().getFirst());
      } else if (report.checkpoint().isPresent()) {
        file.write(report.checkpoint().get().write(config.key()));
      }
    } catch (RookeryException | IOException e) {
      if (!closed) {
        say("no checkpoint of the audit: " + e.getMessage());
      }
    }
  }

  private static void say(String problem) {
    LOG.log(System.Logger.Level.ERROR, problem);
  }

  void close() {
    closed = true;
  }

  List<Metric> metrics() {
    return config.checkpoint().isEmpty()
        ? List.of()
        : List.of(
            new Metric(
                "rookery_audit_problems",
                "What was wrong with the audit when it was verified last.",
                Kind.GAUGE,
                Map.of(),
                problems));
  }
}

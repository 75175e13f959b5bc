package dev.rookery.engine;

import dev.rookery.Actor;
import dev.rookery.AuditConfig;
import dev.rookery.BackendUnavailable;
import dev.rookery.InvalidInput;
import dev.rookery.NotAudited;
import dev.rookery.Partition;
import dev.rookery.PublishUnknown;
import dev.rookery.RookeryException;
import dev.rookery.audit.AuditRecord;
import dev.rookery.audit.Chain;
import dev.rookery.audit.Fact;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Writes the audit of one bus in this process, as one chain.
 *
 * <p>A record that is certainly not stored leaves the chain where it was. One of which nobody knows
 * is kept and stored again before all others, under its own id, so that it is there once: the chain
 * has no number twice and leaves none out. The end of an act is kept too until it is stored.
 */
final class AuditWriter {
  private static final System.Logger LOG = System.getLogger(AuditWriter.class.getName());
  private static final String TOLD = "audit-epoch";
  private static final String USER = System.getProperty("user.name", "unknown");

  private final EngineParts parts;
  private final Partition partition;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<AuditRecord> kept = new ArrayList<>();
  private Chain chain;

  AuditWriter(EngineParts parts) {
    this.parts = parts;
    this.partition = parts.config().partitionOf(Fact.TYPES + "intended", AuditRecord.SOURCE);
    this.chain = newChain();
  }

  private Chain newChain() {
    AuditConfig config = parts.config().audit();
    return Chain.begin(config.key(), parts.environment().newId());
  }

  Partition partition() {
    return partition;
  }

  /** An act and how it is told of. */
  record Act<T>(
      String name,
      String target,
      Map<String, String> with,
      Supplier<T> doing,
      Function<T, Map<String, String>> result) {
    static Act<Boolean> of(String name, String target, Runnable doing) {
      return new Act<>(
          name,
          target,
          Map.of(),
          () -> {
            doing.run();
            return true;
          },
          _ -> Map.of());
    }
  }

  /**
   * Announces an act, does it, and records what came of it.
   *
   * @throws NotAudited when it cannot be announced; nothing is done then
   */
  <T> T perform(Act<T> act, Actor actor) {
    AuditRecord announced = announce(act, actor);
    T done;
    try {
      done = act.doing().get();
    } catch (RuntimeException | Error e) {
      String error = e instanceof RookeryException r ? r.code() : e.getClass().getSimpleName();
      end(new Fact.Failed(announced.number(), act.name(), act.target(), error));
      throw e;
    }
    end(new Fact.Done(announced.number(), act.name(), act.target(), act.result().apply(done)));
    return done;
  }

  private AuditRecord announce(Act<?> act, Actor actor) {
    Fact.Intended intended =
        new Fact.Intended(
            act.name(),
            act.target(),
            act.with(),
            actor.principal().orElse(USER),
            actor.principal().isPresent(),
            actor.via());
    lock.lock();
    try {
      return store(List.of(intended)).getFirst();
    } catch (PublishUnknown e) {
      end(new Fact.Failed(kept.getLast().number(), act.name(), act.target(), "not-audited"));
      throw refused(act, e);
    } catch (BackendUnavailable e) {
      throw e;
    } catch (RookeryException e) {
      throw refused(act, e);
    } finally {
      lock.unlock();
    }
  }

  private static NotAudited refused(Act<?> act, RookeryException why) {
    return new NotAudited(
        act.name()
            + (act.target().isEmpty() ? "" : " of " + InvalidInput.shown(act.target()))
            + " was not done, because the audit could not store its announcement: "
            + why.getMessage(),
        why);
  }

  private void end(Fact fact) {
    lock.lock();
    try {
      store(List.of(fact));
    } catch (PublishUnknown e) {
      LOG.log(System.Logger.Level.WARNING, "the audit waits for the store: " + e.getMessage());
    } catch (RookeryException e) {
      keep(chain.with(List.of(fact), parts.environment().now()));
      LOG.log(System.Logger.Level.WARNING, "the audit waits for the store: " + e.getMessage());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Stores facts, in their order, behind what was kept.
   *
   * @throws PublishUnknown when they may be stored or not; they are kept then
   * @throws RookeryException when they are certainly not stored; they are forgotten then
   */
  List<AuditRecord> store(List<? extends Fact> facts) {
    lock.lock();
    try {
      storeKept();
      List<AuditRecord> records = chain.with(facts, parts.environment().now());
      try {
        append(records);
      } catch (PublishUnknown e) {
        keep(records);
        throw e;
      }
      chain = chain.after(records.getLast());
      return records;
    } finally {
      lock.unlock();
    }
  }

  private void keep(List<AuditRecord> records) {
    kept.addAll(records);
    chain = chain.after(records.getLast());
  }

  private void storeKept() {
    if (kept.isEmpty()) {
      return;
    }
    try {
      append(kept);
      kept.clear();
    } catch (PublishUnknown e) {
      throw new BackendUnavailable("the store did not answer: " + e.getMessage(), e);
    }
  }

  private void append(List<AuditRecord> records) {
    List<Append> appends =
        records.stream().map(record -> new Append(record.toEvent(), content(record))).toList();
    List<Appended> answers = parts.call(() -> parts.log().append(partition, appends));
    if (answers.stream().anyMatch(Appended.Conflict.class::isInstance)) {
      kept.clear();
      chain = newChain();
      throw new RookeryException(
          "a record stands in the audit that this process did not write, under its id; it begins a"
              + " new chain: 'rookery audit verify' shows which");
    }
  }

  /** The seal covers all that the record says. */
  private static ByteBuffer content(AuditRecord record) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(record.seal())).asReadOnlyBuffer();
  }

  /**
   * Records once that the store's history is another one than before: it was restored. Where that
   * cannot be stored, the next process does it.
   */
  void tellEpoch() {
    Optional<String> epoch = parts.epoch();
    if (epoch.isEmpty()) {
      return;
    }
    try {
      Optional<String> told = parts.backend().setting(TOLD);
      if (!told.equals(epoch)) {
        Act<Boolean> change =
            new Act<>("epoch-change", "", Map.of("epoch", epoch.get()), () -> true, _ -> Map.of());
        perform(change, Actor.PROCESS);
        parts.backend().changeSetting(TOLD, told, epoch.get());
      }
    } catch (RookeryException e) {
      LOG.log(
          System.Logger.Level.WARNING, "the audit does not know of the restored history yet", e);
    }
  }

  /** Stores what was kept, once more, before the bus is closed. */
  void close() {
    lock.lock();
    try {
      storeKept();
    } catch (RookeryException e) {
      LOG.log(System.Logger.Level.WARNING, kept.size() + " records of the audit were not stored");
    } finally {
      lock.unlock();
    }
  }
}

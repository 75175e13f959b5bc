package dev.rookery.spi;

import dev.rookery.Finding;
import dev.rookery.Finding.Grade;
import dev.rookery.Finding.Remedy;
import dev.rookery.Finding.Where;
import dev.rookery.RookeryException;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** One look through all that a store holds: what is found is told here, by one thread. */
public final class Check {
  private final boolean repairs;
  private final Consumer<Finding> findings;
  private final LongConsumer progress;
  private long looked;

  /**
   * Begins it.
   *
   * @param repairs whether what can be repaired without losing anything is
   * @param progress how many events were looked at so far; what it throws ends the look
   */
  public Check(boolean repairs, Consumer<Finding> findings, LongConsumer progress) {
    this.repairs = repairs;
    this.findings = findings;
    this.progress = progress;
  }

  public void found(Finding finding) {
    findings.accept(finding);
  }

  /** Some more events were looked at; called every few thousand at least. */
  public void looked(long more) {
    looked += more;
    progress.accept(looked);
  }

  /**
   * Tells of damage that a repair ends without losing anything, and repairs it where that is asked
   * for.
   *
   * @param how the repair is done, for people
   */
  public void repairable(Where where, String what, String how, Runnable repair) {
    repairable(where, what, Grade.DAMAGE, how, repair);
  }

  /** As the other, of whatever grade. */
  public void repairable(Where where, String what, Grade grade, String how, Runnable repair) {
    found(new Finding(where, what, grade, repairs ? done(how, repair) : new Remedy.ByRepair(how)));
  }

  private static Remedy done(String how, Runnable repair) {
    try {
      repair.run();
      return new Remedy.Repaired(how);
    } catch (RookeryException e) {
      return new Remedy.ByHand(
          "the repair failed, verify once more when this is mended: " + e.getMessage());
    }
  }
}

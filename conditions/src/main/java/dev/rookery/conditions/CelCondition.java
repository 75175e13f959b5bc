package dev.rookery.conditions;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.Program;
import dev.rookery.Event;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/** A compiled condition: total, since whatever cannot be computed is false and counted. */
public final class CelCondition implements Predicate<Event> {
  private final String text;
  private final Program program;
  private final LongAdder errors = new LongAdder();

  CelCondition(String text, Program program) {
    this.text = text;
    this.program = program;
  }

  @Override
  public boolean test(Event event) {
    try {
      if (program.eval(new EventVariables(event)) instanceof Boolean matches) {
        return matches;
      }
    } catch (CelEvaluationException | RuntimeException | StackOverflowError e) {
      // counted below: the condition says nothing about this event
    }
    errors.increment();
    return false;
  }

  /** For how many events it could not be computed. */
  public long errors() {
    return errors.sum();
  }

  @Override
  public String toString() {
    return text;
  }
}

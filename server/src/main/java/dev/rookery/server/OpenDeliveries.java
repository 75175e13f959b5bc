package dev.rookery.server;

import dev.rookery.Outcome;
import dev.rookery.RunHandler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The deliveries that a client has and has not settled, each under its number. */
final class OpenDeliveries implements RunHandler {
  private record Open(Run run, int index) {}

  private final Map<Long, Open> open = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong(1);
  private final Outbound outbound;
  private final boolean takesSeveral;

  OpenDeliveries(Outbound outbound, boolean takesSeveral) {
    this.outbound = outbound;
    this.takesSeveral = takesSeveral;
  }

  @Override
  public boolean takesSeveral() {
    return takesSeveral;
  }

  @Override
  public void take(Run run) {
    int size = run.deliveries().size();
    long first = numbers.getAndAdd(size);
    for (int i = 0; i < size; i++) {
      open.put(first + i, new Open(run, i));
    }
    outbound.run(first, run.deliveries());
  }

  @Override
  public void revoked(Run run, int from) {
    List<Long> taken = new ArrayList<>();
    open.forEach((number, one) -> {
      if (one.run.equals(run) && one.index >= from && open.remove(number, one)) {
        taken.add(number);
      }
    });
    if (!taken.isEmpty() && !outbound.withdraw(Collections.min(taken))) {
      taken.forEach(number -> outbound.answer("{\"op\":\"revoked\",\"delivery\":" + number + "}"));
    }
  }

  /**
   * Takes the client's word; false when the delivery is not open any more, or not its key's first.
   */
  boolean settle(long number, Outcome outcome) {
    Open one = open.get(number);
    if (one == null || !one.run.settle(one.index, outcome)) {
      return false;
    }
    open.remove(number);
    if (!(outcome instanceof Outcome.Handled)) {
      forgetBehind(number, one.run);
    }
    return true;
  }

  /** The client does not begin what came behind a delivery that was not handled. */
  private void forgetBehind(long number, Run run) {
    for (long next = number + 1; isOf(run, open.get(next)); next++) {
      open.remove(next);
    }
  }

  private static boolean isOf(Run run, @Nullable Open one) {
    return one != null && one.run.equals(run);
  }

  /** The client is still at work; false when the delivery is not open any more. */
  boolean working(long number) {
    Open one = open.get(number);
    return one != null && one.run.working(one.index);
  }
}

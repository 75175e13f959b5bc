package dev.rookery.engine;

import dev.rookery.Operations.Cause;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Orders the events of a conversation as a tree of causes and effects.
 *
 * <p>A causation names an id alone; where several sources used that id, the first event of it
 * counts as the cause. Events that cause one another in a circle have no root; the earliest of them
 * stands for it. Nothing recurses, since a chain may be as long as the conversation.
 */
final class Conversation {
  private static final Comparator<Located> BY_TIME =
      Comparator.comparing((Located located) -> located.event().time())
          .thenComparing(Located::partition)
          .thenComparing(Located::position);

  private static final int NONE = -1;

  private final List<Located> events;

  /** By an event's number in the list: the number of its cause. */
  private final int[] causes;

  /** By an event's number: the numbers of its effects, rising. */
  private final Map<Integer, List<Integer>> effects = new HashMap<>();

  private final BitSet taken = new BitSet();
  private final List<Step> steps = new ArrayList<>();

  private Conversation(Collection<Located> kept) {
    events = kept.stream().sorted(BY_TIME).toList();
    Map<String, Integer> first = new HashMap<>();
    for (int i = 0; i < events.size(); i++) {
      first.putIfAbsent(events.get(i).event().id(), i);
    }
    causes = new int[events.size()];
    for (int i = 0; i < causes.length; i++) {
      Optional<String> cause = events.get(i).event().causation();
      causes[i] = cause.map(id -> first.getOrDefault(id, NONE)).orElse(NONE);
      if (causes[i] != NONE) {
        effects.computeIfAbsent(causes[i], _ -> new ArrayList<>()).add(i);
      }
    }
  }

  static List<Step> of(Collection<Located> kept) {
    Conversation conversation = new Conversation(kept);
    conversation.climb();
    return conversation.steps;
  }

  private void climb() {
    for (int i = 0; i < causes.length; i++) {
      if (causes[i] == NONE) {
        boolean begins = events.get(i).event().causation().isEmpty();
        climb(i, begins ? Cause.NONE : Cause.MISSING);
      }
    }
    for (int i = 0; i < causes.length; i++) {
      if (!taken.get(i)) {
        climb(onCircle(i), Cause.CIRCLE);
      }
    }
  }

  /** The earliest event of the circle that an event hangs from. */
  private int onCircle(int hanging) {
    BitSet passed = new BitSet();
    int at = hanging;
    for (; !passed.get(at); at = causes[at]) {
      passed.set(at);
    }
    int earliest = at;
    for (int next = causes[at]; next != at; next = causes[next]) {
      earliest = Math.min(earliest, next);
    }
    return earliest;
  }

  private record Branch(int event, int depth, Cause cause) {}

  private void climb(int root, Cause cause) {
    Deque<Branch> waiting = new ArrayDeque<>();
    waiting.push(new Branch(root, 0, cause));
    while (!waiting.isEmpty()) {
      Branch branch = waiting.pop();
      if (!taken.get(branch.event)) {
        taken.set(branch.event);
        steps.add(new Step(events.get(branch.event), branch.depth, branch.cause));
        for (int effect : effects.getOrDefault(branch.event, List.of()).reversed()) {
          waiting.push(new Branch(effect, branch.depth + 1, Cause.ABOVE));
        }
      }
    }
  }
}

package dev.rookery.engine;

import dev.rookery.Position;
import dev.rookery.spi.Cursor.Range;
import dev.rookery.spi.Place;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was read above the floor, in the log's order: unsettled events, and runs of settled ones
 * between them. Neighbouring runs merge and a run at the front raises the floor, so that the size
 * is that of what is unsettled, however far reading went on.
 */
final class Outstanding {
  /** One unsettled event, or a run of settled ones. */
  static final class Node {
    private Position first;
    private Position last;
    private long count = 1;
    private boolean settled;
    private @Nullable Node previous;
    private @Nullable Node next;

    private Node(Position position, boolean settled) {
      this.first = position;
      this.last = position;
      this.settled = settled;
    }
  }

  private Place floor;
  private @Nullable Node head;
  private @Nullable Node tail;
  private long settledAbove;

  Outstanding(Place floor) {
    this.floor = floor;
  }

  Place floor() {
    return floor;
  }

  boolean isEmpty() {
    return head == null;
  }

  /** How many settled events lie above the floor. */
  long settledAbove() {
    return settledAbove;
  }

  /** The next event of the log, settled already. */
  void addSettled(Position position) {
    Node last = tail;
    if (last == null) {
      floor = new Place(position, floor.ordinal() + 1);
      return;
    }
    settledAbove++;
    if (last.settled) {
      last.last = position;
      last.count++;
    } else {
      append(new Node(position, true));
    }
  }

  /** The next event of the log, to be settled later. */
  Node add(Position position) {
    return append(new Node(position, false));
  }

  private Node append(Node node) {
    Node last = tail;
    if (last == null) {
      head = node;
    } else {
      last.next = node;
      node.previous = last;
    }
    tail = node;
    return node;
  }

  void settle(Node node) {
    node.settled = true;
    settledAbove++;
    Node before = node.previous;
    if (before != null && before.settled) {
      node.first = before.first;
      node.count += before.count;
      unlink(before);
    }
    Node after = node.next;
    if (after != null && after.settled) {
      node.last = after.last;
      node.count += after.count;
      unlink(after);
    }
    if (node == head) {
      floor = new Place(node.last, floor.ordinal() + node.count);
      settledAbove -= node.count;
      unlink(node);
    }
  }

  private void unlink(Node node) {
    Node before = node.previous;
    Node after = node.next;
    if (before == null) {
      head = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      tail = before;
    } else {
      after.previous = before;
    }
  }

  /** The settled runs above the floor. */
  List<Range> settled() {
    List<Range> ranges = new ArrayList<>();
    for (Node node = head; node != null; node = node.next) {
      if (node.settled) {
        ranges.add(new Range(node.first, node.last, node.count));
      }
    }
    return ranges;
  }
}

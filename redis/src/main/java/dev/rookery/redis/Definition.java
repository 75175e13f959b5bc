package dev.rookery.redis;

import dev.rookery.Json;
import dev.rookery.Partition;
import dev.rookery.Subscription;
import dev.rookery.spi.Control;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * A subscription as it is stored, {@code revision:JSON}.
 *
 * @param partitions those with a cursor
 */
record Definition(
    Subscription definition, boolean paused, List<Partition> partitions, long revision) {
  /** A revision that the store has yet to give. */
  static final long NEW = -1;

  private record Body(Subscription definition, boolean paused, List<Partition> partitions) {}

  static Definition parse(String text) {
    int colon = text.indexOf(':');
    Body body = Json.MAPPER.readValue(text.substring(colon + 1), Body.class);
    long revision = Long.parseLong(text.substring(0, colon));
    return new Definition(body.definition, body.paused, body.partitions, revision);
  }

  String json() {
    return Json.MAPPER.writeValueAsString(new Body(definition, paused, partitions));
  }

  String text() {
    return revision + ":" + json();
  }

  Control control() {
    return new Control(definition, paused, revision);
  }

  Definition of(Subscription other) {
    return new Definition(other, paused, partitions, revision);
  }

  Definition paused(boolean now) {
    return new Definition(definition, now, partitions, revision);
  }

  Definition revised(long to) {
    return new Definition(definition, paused, partitions, to);
  }

  Definition spreadOver(Collection<Partition> more) {
    TreeSet<Partition> all = new TreeSet<>(partitions);
    all.addAll(more);
    return new Definition(definition, paused, List.copyOf(all), revision);
  }
}

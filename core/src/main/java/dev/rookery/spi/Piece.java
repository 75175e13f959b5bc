package dev.rookery.spi;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.rookery.DeadLetter;
import dev.rookery.Event;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.Subscription;
import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * One thing that a store keeps, in a form that every store understands; a backup is made of them.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT)
@JsonSubTypes({
  @JsonSubTypes.Type(value = Piece.Setting.class, name = "setting"),
  @JsonSubTypes.Type(value = Piece.Definition.class, name = "subscription"),
  @JsonSubTypes.Type(value = Piece.Progress.class, name = "cursor"),
  @JsonSubTypes.Type(value = Piece.Letter.class, name = "letter"),
  @JsonSubTypes.Type(value = Piece.Stored.class, name = "event"),
  @JsonSubTypes.Type(value = Piece.Broken.class, name = "broken")
})
public sealed interface Piece {
  /** A setting that all processes on the store agree on. */
  record Setting(String name, String value) implements Piece {}

  /** A subscription's definition. */
  record Definition(Subscription subscription, boolean paused) implements Piece {}

  /**
   * How far a subscription got in a partition.
   *
   * @param epoch of the last claim on it
   */
  record Progress(String subscription, Partition partition, Cursor cursor, long epoch)
      implements Piece {}

  /** A delivery given up or put aside. */
  record Letter(DeadLetter letter) implements Piece {}

  /**
   * An event.
   *
   * @param taken when the log took it
   * @param content the digest of what its publisher said, as in {@link Append}; empty where it is
   *     not known any more
   */
  record Stored(
      Partition partition, Position position, Instant taken, Event event, ByteBuffer content)
      implements Piece {}

  /** Bytes that are no event, in the place of one. */
  record Broken(Partition partition, Position position, Instant taken, Payload raw)
      implements Piece {}
}

package dev.rookery;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A delivery given up, or put aside to keep its key's order, until it is redriven or discarded.
 *
 * @param id the same each time that the same delivery is given up: storing it twice is harmless
 * @param key the key whose order it belongs to
 * @param event empty where the stored bytes could not be decoded
 * @param raw the bytes as they were stored, where {@code event} is empty
 * @param failures the attempts that failed, oldest first, the last ten at most
 */
public record DeadLetter(
    String id,
    String subscription,
    Partition partition,
    Position position,
    String key,
    Optional<Event> event,
    Optional<Payload> raw,
    Reason reason,
    State state,
    int attempts,
    List<Failure> failures,
    Instant since) {

  /** The subscription under which events are kept that cannot be decoded and so match nothing. */
  public static final String STREAM_SUBSCRIPTION = "(stream)";

  public static final int MAX_FAILURES = 10;

  /** Why it was given up. */
  public enum Reason {
    /** Its last attempt failed. */
    @JsonProperty("exhausted")
    EXHAUSTED,
    /** Its handler will never accept it. */
    @JsonProperty("rejected")
    REJECTED,
    /** It waits behind an earlier event of its key. */
    @JsonProperty("parked")
    PARKED,
    /** Its bytes or its data could not be decoded. */
    @JsonProperty("undecodable")
    UNDECODABLE,
    /** Too many events caused one another up to it. */
    @JsonProperty("loop")
    LOOP,
    /** Its process ended during each attempt. */
    @JsonProperty("crashed")
    CRASHED;

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** Whether somebody asked for it again. */
  public enum State {
    @JsonProperty("waiting")
    WAITING,
    @JsonProperty("redriving")
    REDRIVING;

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** One attempt that failed. */
  public record Failure(Instant at, String error) {}

  public DeadLetter {
    failures =
        List.copyOf(failures.subList(Math.max(0, failures.size() - MAX_FAILURES), failures.size()));
  }

  public static String idOf(String subscription, Partition partition, Position position) {
    return subscription + ":" + partition + "@" + position;
  }

  public DeadLetter in(State newState) {
    return new DeadLetter(
        id,
        subscription,
        partition,
        position,
        key,
        event,
        raw,
        reason,
        newState,
        attempts,
        failures,
        since);
  }
}

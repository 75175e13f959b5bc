package dev.rookery.audit;

import dev.rookery.AuditKey;
import dev.rookery.InvalidInput;
import dev.rookery.Json;
import dev.rookery.Partition;
import dev.rookery.Position;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/**
 * How far the audit had come when it was found whole. Kept in another place than the audit, it
 * shows what nothing in the audit itself can: that its end is gone.
 *
 * @param partition where the audit's records stand
 * @param position of the last record
 * @param records that were verified up to here
 * @param heads the last record of each writer whose records are kept
 * @param key the id of the key that sealed it
 */
public record Checkpoint(
    int version,
    Instant time,
    Partition partition,
    Position position,
    long records,
    List<Head> heads,
    String key) {
  private static final int VERSION = 1;

  /** The last record of one writer. */
  public record Head(String writer, long number, String seal, Position position) {
    public String id() {
      return AuditRecord.id(writer, number);
    }
  }

  public Checkpoint {
    heads = List.copyOf(heads);
  }

  static Checkpoint of(
      AuditKey key,
      Instant time,
      Partition partition,
      Position position,
      long records,
      List<Head> heads) {
    return new Checkpoint(VERSION, time, partition, position, records, heads, key.id());
  }

  /** The checkpoint as one line of JSON, sealed. */
  public String write(AuditKey sealing) {
    return Sealed.of(sealing, Json.MAPPER.writeValueAsString(this)).text();
  }

  /**
   * Reads a line that {@link #write} made.
   *
   * @return empty when none of the keys sealed it
   * @throws InvalidInput when it is no checkpoint at all
   */
  public static Optional<Checkpoint> read(String line, List<AuditKey> keys) {
    Sealed sealed =
        Sealed.read(line.strip())
            .orElseThrow(() -> new InvalidInput("this is no checkpoint of an audit"));
    if (keys.stream().noneMatch(key -> key.sealed(sealed.body(), sealed.seal()))) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.MAPPER.readValue(sealed.body(), Checkpoint.class));
    } catch (JacksonException e) {
      throw new InvalidInput("this is no checkpoint of an audit: " + InvalidInput.shown(e), e);
    }
  }
}

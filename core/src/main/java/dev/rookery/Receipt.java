package dev.rookery;

/**
 * Says that an event is stored, where, and how safely.
 *
 * @param duplicate whether the same event had been stored before; the position is then the first
 *     one's
 */
public record Receipt(
    String id,
    String stream,
    int partition,
    Position position,
    Durability durability,
    boolean duplicate) {}

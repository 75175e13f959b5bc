package dev.rookery;

/**
 * Says that an event will be on the bus if the transaction that it was published in is committed,
 * and not otherwise. It has no position before that.
 *
 * @param id of the event
 */
public record Announced(String id) {}

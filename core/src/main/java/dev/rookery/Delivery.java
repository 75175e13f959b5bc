package dev.rookery;

/**
 * One attempt to hand one event to one subscription.
 *
 * @param attempt counted from 1
 * @param epoch of the claim under which the attempt is made; rises with every take-over, so that a
 *     handler can fence outside effects with it
 * @param replay whether the event is read again from the past on purpose
 * @param redriven whether the event was a dead letter before
 */
public record Delivery(
    String subscription,
    Partition partition,
    Position position,
    int attempt,
    long epoch,
    boolean replay,
    boolean redriven,
    Event event) {}

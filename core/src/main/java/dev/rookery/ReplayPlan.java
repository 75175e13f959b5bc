package dev.rookery;

import java.time.Duration;

/**
 * What a replay would do, told before it does it. Where the past is longer than can be counted in a
 * second or so, matching events and time are estimated from its beginning.
 *
 * @param end where the replay ends
 * @param stored events that are read
 * @param matching events that are handed out
 * @param keys of the matching events; where they were not counted, at least so many
 * @param counted whether every event was looked at
 * @param readPerSecond how many events a second were read and matched meanwhile
 * @param time that it takes at this rate and the pace asked for, without the handler's own
 */
public record ReplayPlan(
    Token end,
    long stored,
    long matching,
    long keys,
    boolean counted,
    double readPerSecond,
    Duration time) {}

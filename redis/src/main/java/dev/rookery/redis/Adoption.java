package dev.rookery.redis;

import dev.rookery.spi.Cursor;

/**
 * A consumer group, as the cursor of a subscription that takes its place.
 *
 * @param given the id of the entry that the group was given last
 * @param pending how many it was given and did not acknowledge
 */
record Adoption(Cursor cursor, String given, long pending) {}

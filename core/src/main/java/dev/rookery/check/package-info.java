/**
 * What a run did, as those who did it wrote it down, and the judgement of it: lost, doubled, out of
 * order, late. Knows the events and nothing of how they are delivered.
 */
@NullMarked
package dev.rookery.check;

import org.jspecify.annotations.NullMarked;

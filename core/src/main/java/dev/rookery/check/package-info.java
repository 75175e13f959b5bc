/**
 * What a run did, as those who did it wrote it down, and the judgement of it: lost, doubled, out of
 * order, late. Knows the events and nothing of how they are delivered. Start at {@link
 * dev.rookery.check.HistoryCheck}; {@link dev.rookery.check.SequenceCheck} is for runs of more
 * events than a history holds.
 */
@NullMarked
package dev.rookery.check;

import org.jspecify.annotations.NullMarked;

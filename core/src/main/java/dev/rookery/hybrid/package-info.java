/**
 * A backend made of two: a log that is the truth, and a tail beside it that is fast and may vanish.
 */
@NullMarked
package dev.rookery.hybrid;

import org.jspecify.annotations.NullMarked;

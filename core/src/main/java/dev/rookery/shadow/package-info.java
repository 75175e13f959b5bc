/** Runs a bot against history, and shows what it would have published differently. */
@NullMarked
package dev.rookery.shadow;

import org.jspecify.annotations.NullMarked;

/** Runnable programs that the guides quote. */
@NullMarked
package dev.rookery.examples;

import org.jspecify.annotations.NullMarked;

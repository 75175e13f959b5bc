/** Rookery itself, in this process and in one of its own. */
@NullMarked
package dev.rookery.benchmarks.bus;

import org.jspecify.annotations.NullMarked;

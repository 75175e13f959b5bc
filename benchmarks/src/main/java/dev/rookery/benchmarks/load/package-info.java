/** One measurement: who publishes what, how it is counted, and what came of it. */
@NullMarked
package dev.rookery.benchmarks.load;

import org.jspecify.annotations.NullMarked;

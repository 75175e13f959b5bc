/** Measurements, alone and beside peers. */
@NullMarked
package dev.rookery.benchmarks;

import org.jspecify.annotations.NullMarked;

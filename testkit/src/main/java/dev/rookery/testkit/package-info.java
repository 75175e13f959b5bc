/** The contract for backends and buses, clocks, faults, assertions. */
@NullMarked
package dev.rookery.testkit;

import org.jspecify.annotations.NullMarked;

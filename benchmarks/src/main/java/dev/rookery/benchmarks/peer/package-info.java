/** What the bus is compared with, each driven the way that suits it best. */
@NullMarked
package dev.rookery.benchmarks.peer;

import org.jspecify.annotations.NullMarked;

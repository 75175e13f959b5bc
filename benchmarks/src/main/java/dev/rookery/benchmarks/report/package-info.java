/** What a comparison found, for people and for programs. */
@NullMarked
package dev.rookery.benchmarks.report;

import org.jspecify.annotations.NullMarked;

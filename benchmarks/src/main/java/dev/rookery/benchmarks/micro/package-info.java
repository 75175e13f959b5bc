/** Micro benchmarks of single steps, by JMH. */
@NullMarked
package dev.rookery.benchmarks.micro;

import org.jspecify.annotations.NullMarked;

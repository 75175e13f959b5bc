/** Measures a bus, and checks it while measuring. */
@NullMarked
package dev.rookery.cli.bench;

import org.jspecify.annotations.NullMarked;

/** Bytes from outside: every decoder against what nobody meant it to read. */
@NullMarked
package dev.rookery.verify.fuzz;

import org.jspecify.annotations.NullMarked;

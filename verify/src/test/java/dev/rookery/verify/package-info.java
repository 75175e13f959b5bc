/** Runs that take the whole thing: real processes, real connections, real kills. */
@NullMarked
package dev.rookery.verify;

import org.jspecify.annotations.NullMarked;

/** Architecture tests, end-to-end, crash and fault runs. */
@NullMarked
package dev.rookery.verify;

import org.jspecify.annotations.NullMarked;

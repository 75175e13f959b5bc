/** The backend for {@code memory:}: one process, nothing kept. */
@NullMarked
package dev.rookery.memory;

import org.jspecify.annotations.NullMarked;

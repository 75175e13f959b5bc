/** The log in PostgreSQL. */
@NullMarked
package dev.rookery.postgres;

import org.jspecify.annotations.NullMarked;

/** The durable log in a folder, on SQLite. */
@NullMarked
package dev.rookery.embedded;

import org.jspecify.annotations.NullMarked;

/** The data of events held against JSON Schema. */
@NullMarked
package dev.rookery.schemas;

import org.jspecify.annotations.NullMarked;

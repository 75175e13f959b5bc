/** Any log with its older part in compressed segments: the format, its stores, and the reader. */
@NullMarked
package dev.rookery.archive;

import org.jspecify.annotations.NullMarked;

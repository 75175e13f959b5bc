/** The file that a backup is, written and read; it says nothing of where events live. */
@NullMarked
package dev.rookery.backup;

import org.jspecify.annotations.NullMarked;

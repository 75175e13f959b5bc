/** What the command prints on, and how. */
@NullMarked
package dev.rookery.cli.terminal;

import org.jspecify.annotations.NullMarked;

/** Processes that a command starts, and what they leave behind. */
@NullMarked
package dev.rookery.cli.process;

import org.jspecify.annotations.NullMarked;

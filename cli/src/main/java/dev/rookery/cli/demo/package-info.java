/** A fleet of bot processes on a durable bus, fed with chat, watched, and judged. */
@NullMarked
package dev.rookery.cli.demo;

import org.jspecify.annotations.NullMarked;

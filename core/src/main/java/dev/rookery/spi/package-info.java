/**
 * What a backend implements: about ten plain methods over an append-only log, claims, cursors and
 * dead letters. The engine does the rest. "How to write a backend" is in {@code docs/backends.md};
 * a backend is done when it passes the contract suite of the test kit.
 */
@NullMarked
package dev.rookery.spi;

import org.jspecify.annotations.NullMarked;

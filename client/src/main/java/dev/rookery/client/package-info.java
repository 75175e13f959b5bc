/** The bus over HTTP and WebSocket. */
@NullMarked
package dev.rookery.client;

import org.jspecify.annotations.NullMarked;

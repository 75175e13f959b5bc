/** The bus served over HTTP, WebSocket and server-sent events. */
@NullMarked
package dev.rookery.server;

import org.jspecify.annotations.NullMarked;

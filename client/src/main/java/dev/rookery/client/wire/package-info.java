/**
 * What travels between client and server: CloudEvents, problems, frames, and their strict reading.
 */
@NullMarked
package dev.rookery.client.wire;

import org.jspecify.annotations.NullMarked;

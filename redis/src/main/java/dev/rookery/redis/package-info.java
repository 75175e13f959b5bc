/** The log in Redis Streams, which bots of other languages share by its keys and fields. */
@NullMarked
package dev.rookery.redis;

import org.jspecify.annotations.NullMarked;

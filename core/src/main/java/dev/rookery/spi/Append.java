package dev.rookery.spi;

import dev.rookery.Event;
import java.nio.ByteBuffer;

/**
 * An event to be appended.
 *
 * @param content a digest of what the publisher said; the same (source, id) with another digest is
 *     refused
 */
public record Append(Event event, ByteBuffer content) {}

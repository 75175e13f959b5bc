/**
 * The front door of Rookery: events, subscriptions, the bus and what it promises. Start at {@link
 * dev.rookery.EventBus}.
 */
@NullMarked
package dev.rookery;

import org.jspecify.annotations.NullMarked;

package dev.rookery.spi;

import dev.rookery.Subscription;

/**
 * A subscription as it is stored.
 *
 * @param revision rises with every change by {@link SubscriptionStore#define}, {@link
 *     SubscriptionStore#pause} and {@link SubscriptionStore#touch}
 */
public record Control(Subscription definition, boolean paused, long revision) {}

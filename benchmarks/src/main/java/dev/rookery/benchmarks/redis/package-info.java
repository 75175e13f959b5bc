/** Redis beside the bus: the node that everybody is measured on, the limit, and other clients. */
@NullMarked
package dev.rookery.benchmarks.redis;

import org.jspecify.annotations.NullMarked;

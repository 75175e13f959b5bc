/** Conditions on events, in CEL. */
@NullMarked
package dev.rookery.conditions;

import org.jspecify.annotations.NullMarked;

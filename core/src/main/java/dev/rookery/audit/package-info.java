/** What the audit says: its records, the chain that holds them, and how it is verified. */
@NullMarked
package dev.rookery.audit;

import org.jspecify.annotations.NullMarked;

/** The arrows between modules and packages, held as tests. */
@NullMarked
package dev.rookery.verify.architecture;

import org.jspecify.annotations.NullMarked;

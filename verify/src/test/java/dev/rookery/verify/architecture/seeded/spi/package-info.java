@NullMarked
package dev.rookery.verify.architecture.seeded.spi;

import org.jspecify.annotations.NullMarked;

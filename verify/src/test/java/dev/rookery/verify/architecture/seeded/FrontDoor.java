package dev.rookery.verify.architecture.seeded;

import dev.rookery.verify.architecture.seeded.spi.Backend;

/** Wrong: the front door knows the backend interface. */
public interface FrontDoor {
  Backend backend();
}

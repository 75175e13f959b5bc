package dev.rookery.verify.architecture.seeded.names;

/** Wrong: the name says nothing. */
interface LogManager {}

package dev.rookery.verify.architecture.seeded.names;

/** Right, but for what is inside. */
interface Outer {
  /** Wrong: the name says nothing. */
  interface LogSupport {}
}

package dev.rookery;

/** What became of one event of a batch. */
public sealed interface Published {
  /** It is stored. */
  record Stored(Receipt receipt) implements Published {}

  /** It is certainly not stored. */
  record Rejected(PublishRejected reason) implements Published {}

  /**
   * It may be stored or not; publishing it again with the same id settles the question and stores
   * it once.
   */
  record Unknown(PublishUnknown reason) implements Published {}

  /**
   * The receipt.
   *
   * @throws PublishRejected when it is certainly not stored
   * @throws PublishUnknown when nobody knows
   */
  default Receipt receipt() {
    return switch (this) {
      case Stored stored -> stored.receipt;
      case Rejected rejected -> throw rejected.reason;
      case Unknown unknown -> throw unknown.reason;
    };
  }
}

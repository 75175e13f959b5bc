package dev.rookery;

/**
 * What the bus takes at most. Sizes count bytes of UTF-8.
 *
 * @param eventBytes data and attributes of one event
 * @param batchEvents events in one batch
 * @param bodyBytes one HTTP body or WebSocket message
 * @param typeBytes an event type
 * @param keyBytes a key, a source
 * @param idBytes an id, a correlation, a causation
 * @param depth nesting of JSON data
 * @param hops events in a row that may cause one another
 */
public record Limits(
    int eventBytes,
    int batchEvents,
    int bodyBytes,
    int typeBytes,
    int keyBytes,
    int idBytes,
    int depth,
    int hops) {
  public static final Limits STANDARD =
      new Limits(256 * 1024, 500, 1024 * 1024, 200, 256, 128, 64, 16);

  public Limits {
    if (eventBytes < 1
        || batchEvents < 1
        || bodyBytes < eventBytes
        || typeBytes < 1
        || keyBytes < 1
        || idBytes < 1
        || depth < 1
        || hops < 1) {
      throw new InvalidInput("limits are positive, and bodyBytes is not below eventBytes");
    }
  }
}

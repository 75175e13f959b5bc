package dev.rookery;

/** Sends the types that match a pattern to a stream. */
public record Route(TypePattern pattern, String stream) {
  public static Route of(String pattern, String stream) {
    return new Route(TypePattern.of(pattern), stream);
  }
}

package dev.rookery.benchmarks.load;

/**
 * How many publish and how many listen.
 *
 * @param subscriptions each gets every event; where there is none, publishing alone is measured
 */
public record Shape(int publishers, int subscriptions) {
  public Shape {
    if (publishers < 1 || publishers > Samples.KEYS || subscriptions < 0) {
      throw new IllegalArgumentException(
          "a shape has 1 to " + Samples.KEYS + " publishers and no less than 0 subscriptions");
    }
  }

  /** Reads {@code 10x10}: publishers x subscriptions. */
  public static Shape parse(String text) {
    String[] parts = text.split("x", -1);
    try {
      return new Shape(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is no shape; one looks like 10x10", e);
    }
  }

  @Override
  public String toString() {
    return publishers + "x" + subscriptions;
  }
}

package dev.rookery.benchmarks.load;

/** What contenders on a course are compared by. */
public enum Figure {
  DELIVERIES("deliveries", "deliveredPerSecond"),
  PUBLISHES("publishes", "publishedPerSecond"),
  P99("p99", "p99Ms");

  private final String words;
  private final String field;

  Figure(String words, String field) {
    this.words = words;
    this.field = field;
  }

  /** The deliveries where somebody listens, and the time that they take where the rate is given. */
  public static Figure of(Course course) {
    if (course.shape().subscriptions() == 0) {
      return PUBLISHES;
    }
    return course.load() == Load.PACED ? P99 : DELIVERIES;
  }

  public String words() {
    return words;
  }

  /** Its name where the measurement is written down. */
  public String field() {
    return field;
  }

  public double of(Measured measured) {
    return switch (this) {
      case DELIVERIES -> measured.deliveredPerSecond();
      case PUBLISHES -> measured.publishedPerSecond();
      case P99 -> measured.p99Ms();
    };
  }
}

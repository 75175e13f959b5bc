package dev.rookery.benchmarks.load;

/**
 * What is measured, the same for everybody.
 *
 * @param dataBytes the size of an event's data
 * @param rate events a second over all publishers, where the load is paced
 */
public record Course(Load load, Shape shape, int dataBytes, int rate) {
  public Course {
    if (dataBytes < SampleData.MIN_BYTES) {
      throw new IllegalArgumentException("the data takes " + SampleData.MIN_BYTES + " bytes");
    }
    if (load == Load.PACED && rate < 1) {
      throw new IllegalArgumentException("a paced load has a rate");
    }
  }

  /** The callers that publish at once. */
  public int callers() {
    return load == Load.SINGLES ? Load.IN_FLIGHT : shape.publishers();
  }

  @Override
  public String toString() {
    String how =
        switch (load) {
          case BATCHES -> "batches of " + Load.BATCH;
          case SINGLES -> Load.IN_FLIGHT + " single publishes in flight";
          case PACED -> rate + " events/s";
        };
    return how + ", " + shape + ", " + dataBytes + " B";
  }
}

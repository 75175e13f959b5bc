package dev.rookery.cli.demo;

/** Made-up chat: evenly, or as fast as its own clock times a speed. */
final class GeneratedTraffic implements Traffic {
  private static final long SEED = 42;

  private final ChatGenerator generator = new ChatGenerator(SEED);
  private final double speed;
  private final double perSecond;
  private long count;

  /**
   * Makes it.
   *
   * @param speed 0: evenly
   * @param perSecond how many, where evenly
   */
  GeneratedTraffic(double speed, double perSecond) {
    this.speed = speed;
    this.perSecond = perSecond;
  }

  @Override
  public Due next() {
    Chat chat = generator.next();
    count++;
    double nanos = speed > 0 ? chat.timeOfDay().toNanos() / speed : count * 1e9 / perSecond;
    return new Due((long) nanos, chat);
  }

  @Override
  public boolean isOfCorpus() {
    return false;
  }

  @Override
  public void close() {}
}

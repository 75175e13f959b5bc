package dev.rookery.cli;

import dev.rookery.cli.terminal.Terminal;
import java.util.List;

/** Every verb, in the order of the help. */
final class Verbs {
  private Verbs() {}

  static List<Verb> all(Terminal terminal) {
    return List.of(
        new Serve(terminal),
        new Publish(terminal),
        new Tail(terminal),
        new Subscribe(terminal),
        new Replay(terminal),
        new Subscriptions(terminal),
        new Steering.Pause(terminal),
        new Steering.Resume(terminal),
        new Rewind(terminal),
        new Steering.Remove(terminal),
        new DeadLetters(terminal),
        new Streams(terminal),
        new ShowEvent(terminal),
        new Doctor(terminal),
        new Demo(terminal),
        new Bench(terminal),
        new Completion(terminal),
        new DemoBot(terminal));
  }
}

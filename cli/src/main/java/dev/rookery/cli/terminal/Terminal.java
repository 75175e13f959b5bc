package dev.rookery.cli.terminal;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** The three standard streams, the environment and the wish to stop. */
public record Terminal(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> env,
    Interruption interruption) {

  /** The process's own, written in UTF-8 and flushed by whoever prints. */
  public static Terminal ofProcess() {
    return new Terminal(
        System.in,
        buffered(FileDescriptor.out),
        buffered(FileDescriptor.err),
        System.getenv(),
        new Interruption());
  }

  private static PrintStream buffered(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
  }

  /** Prints a line that people or programs wait for. */
  public void line(String text) {
    out.println(text);
    out.flush();
  }

  /** Prints a message beside the result. */
  public void message(String text) {
    err.println(text);
    err.flush();
  }

  /** Whether nobody reads standard output any more, as behind {@code | head}. */
  public boolean isGone() {
    return out.checkError();
  }

  /** Whether a person sits there, so that lines may be drawn again in place. */
  public boolean isLive() {
    return !"dumb".equals(env.get("TERM"))
        && Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }
}

package dev.rookery.cli.demo;

import dev.rookery.InvalidInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A file's chat in its order, evenly spread, again from the start when it is at its end. */
final class EvenTraffic implements Traffic {
  private final Path path;
  private final double perSecond;
  private ChatFile file;
  private long count;
  private boolean corpus;

  EvenTraffic(Path path, double perSecond) throws IOException {
    this.path = path;
    this.perSecond = perSecond;
    this.file = ChatFile.open(path);
  }

  @Override
  public Due next() throws IOException {
    Optional<Chat> chat = file.next();
    if (chat.isEmpty()) {
      if (count == 0) {
        throw new InvalidInput("the input " + path + " is empty");
      }
      file.close();
      file = ChatFile.open(path);
      chat = file.next();
    }
    count++;
    Chat found = chat.orElseThrow(() -> new InvalidInput("the input " + path + " is empty"));
    corpus |= !found.log().isEmpty();
    return new Due((long) (count * 1e9 / perSecond), found);
  }

  @Override
  public boolean isOfCorpus() {
    return corpus;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}

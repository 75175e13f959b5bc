package dev.rookery.verify;

import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.testkit.BusContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FileBusTest extends BusContract {
  @TempDir private Path folder;

  @Override
  protected EventBus open(BusConfig config) {
    return EventBus.open("file:" + folder.resolve("data"), config);
  }

  @Override
  protected boolean takesOneProcess() {
    return true;
  }
}

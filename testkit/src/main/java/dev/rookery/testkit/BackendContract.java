package dev.rookery.testkit;

import dev.rookery.BusConfig;
import dev.rookery.StreamConfig;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * What every backend promises: each sentence of {@code dev.rookery.spi} as a test. A backend's test
 * extends this and says how it is opened:
 *
 * {@snippet :
 * class FileBackendTest extends BackendContract {
 *   @TempDir Path folder;
 *
 *   @Override
 *   protected Backend open(BusConfig config, Environment environment) {
 *     return new FileProvider().open(Address.parse("file:" + folder), config, environment);
 *   }
 * }
 * }
 */
@Timeout(300)
public abstract class BackendContract
    implements AppendContract,
        ReadContract,
        SearchContract,
        PlaceContract,
        TrimContract,
        SettingContract,
        SubscriptionContract,
        ClaimContract,
        DeadLetterContract,
        ErasureContract,
        OpenContract {
  private final BusConfig config =
      BusConfig.standard().with(StreamConfig.of("user", 2)).idWindow(Duration.ofMinutes(10));
  private final ManualEnvironment environment = new ManualEnvironment(42);
  private final Deque<Backend> opened = new ArrayDeque<>();
  private final LiveThreads threads = LiveThreads.now();

  /** Opens the store of this test: within one test always the same, in the next another. */
  protected abstract Backend open(BusConfig config, Environment environment);

  @BeforeEach
  void openTheBackend() {
    openAgain();
  }

  @AfterEach
  void closeLeavingNothingBehind() {
    closeAll();
    threads.awaitNoOthers();
  }

  private void closeAll() {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  @Override
  public Backend backend() {
    return opened.getLast();
  }

  @Override
  public Backend openAgain() {
    Backend backend = open(config, environment);
    opened.push(backend);
    return backend;
  }

  @Override
  public Backend reopen() {
    closeAll();
    return openAgain();
  }

  @Override
  public BusConfig config() {
    return config;
  }

  @Override
  public ManualEnvironment environment() {
    return environment;
  }

  @Override
  public void letPass(Duration time) {
    environment.advance(time);
  }

  @Override
  public Instant storeTime() {
    return environment.now();
  }
}

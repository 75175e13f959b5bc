package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.AuditConfig;
import dev.rookery.AuditKey;
import dev.rookery.BusConfig;
import dev.rookery.Catalogue;
import dev.rookery.EventBus;
import dev.rookery.EventHandler;
import dev.rookery.EventTypeInfo;
import dev.rookery.EventTypeInfo.Validation;
import dev.rookery.Json;
import dev.rookery.Operations.PartitionProgress;
import dev.rookery.Operations.SubscriptionInfo;
import dev.rookery.Route;
import dev.rookery.SideEffect;
import dev.rookery.StreamConfig;
import dev.rookery.Subscriber;
import dev.rookery.Subscription;
import dev.rookery.Undecodable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.ObjectNode;

/**
 * What every bus promises, whatever is behind it. The test of a bus extends this and says how it is
 * opened:
 *
 * {@snippet :
 * class MemoryBusTest extends BusContract {
 *   @Override
 *   protected EventBus open(BusConfig config) {
 *     return EventBus.open("memory:contract", config);
 *   }
 * }
 * }
 *
 * Needs the modules for conditions and schemas on the class path.
 */
@Timeout(300)
public abstract class BusContract
    implements PublishContract,
        DeliveryContract,
        FailureContract,
        HoldContract,
        TakeOverContract,
        ReplayContract,
        HandledAgainContract,
        ShadowContract,
        OperationContract,
        UnreadContract,
        AuditContract,
        ErasingContract,
        CheckContract,
        TraceContract,
        CausationContract {
  /** What the stream {@code small} may take. */
  static final long SMALL_BYTES = 100_000;

  /** What the audit is sealed with. */
  static final AuditKey KEY = AuditKey.of("the contract's own secret, known to all");

  /** The tag of a test whose bus soon forgets the ids of what was published. */
  static final String FORGETFUL = "forgetful";

  private static final BusConfig CONFIG =
      BusConfig.standard()
          .source("tester")
          .claimTtl(Duration.ofSeconds(2))
          .with(StreamConfig.of("wide", 4))
          .with(Route.of("wide.**", "wide"))
          .with(new StreamConfig("small", 1, Optional.empty(), Optional.of(SMALL_BYTES)))
          .with(Route.of("small.**", "small"))
          .with(
              new StreamConfig("patient", 1, Optional.empty(), Optional.of(SMALL_BYTES))
                  .waitForRoom(Duration.ofSeconds(20)))
          .with(Route.of("patient.**", "patient"))
          .with(
              new StreamConfig("left", 1, Optional.of(Duration.ofMillis(1)), Optional.empty())
                  .giveUpAfter(Duration.ofSeconds(1)))
          .with(Route.of("left.**", "left"))
          .with(new StreamConfig("kept", 1, Optional.of(Duration.ofMillis(1)), Optional.empty()))
          .with(Route.of("kept.**", "kept"))
          .audit(AuditConfig.STANDARD.keys(List.of(KEY)).deliveries("audited"))
          .catalogue(catalogue());

  private final Deque<EventBus> opened = new ArrayDeque<>();
  private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
  private boolean over;
  private BusConfig config = CONFIG;
  private final LiveThreads threads = LiveThreads.now();

  private static Catalogue catalogue() {
    var schema = Json.MAPPER.readTree("{\"required\":[\"name\"]}");
    return Catalogue.standard()
        .with(EventTypeInfo.of("user.strict").schema(Validation.ENFORCE, schema))
        .with(EventTypeInfo.of("user.lenient").schema(Validation.WARN, schema))
        .with(EventTypeInfo.of("user.keyed").keyedBy("/channel/id"))
        .with(EventTypeInfo.of("user.mailed").effect(SideEffect.EXTERNAL))
        .with(EventTypeInfo.of("user.grown").upcast(1, data -> ((ObjectNode) data).put("new", 2)))
        .with(
            EventTypeInfo.of("user.fragile")
                .upcast(
                    1,
                    data -> {
                      throw new Undecodable("nobody knows version 1 any more");
                    }));
  }

  /** Opens the bus of this test: within one test always the same, in the next another. */
  protected abstract EventBus open(BusConfig config) throws Exception;

  /**
   * Whether a second process on the store is refused, so that subscribers of one bus stand for
   * processes.
   */
  protected boolean takesOneProcess() {
    return false;
  }

  /** Takes away what {@link #open} needed, after the buses were closed. */
  protected void discard() throws Exception {}

  @BeforeEach
  void openTheBus(TestInfo test) throws Exception {
    config = test.getTags().contains(FORGETFUL) ? CONFIG.idWindow(Duration.ofSeconds(1)) : CONFIG;
    opened.push(open(config));
  }

  @AfterEach
  void closeLeavingNothingBehind() throws Exception {
    subscribers.forEach(subscriber -> subscriber.drain(Duration.ofSeconds(1)));
    if (!over) {
      awaitNoClaims();
    }
    closeAllButTheFirst();
    bus().close();
    discard();
    threads.awaitNoOthers();
  }

  private void closeAllButTheFirst() {
    while (opened.size() > 1) {
      opened.pop().close();
    }
  }

  @Override
  public Subscriber subscribe(EventBus bus, Subscription subscription, EventHandler handler) {
    Subscriber subscriber = bus.subscribe(subscription, handler);
    subscribers.add(subscriber);
    return subscriber;
  }

  @Override
  public void closeTheBus() {
    over = true;
    bus().close();
  }

  /** Waits until nobody holds a claim any more. */
  private void awaitNoClaims() {
    soon()
        .untilAsserted(() ->
            assertThat(operations().subscriptions())
                .flatExtracting(SubscriptionInfo::partitions)
                .extracting(PartitionProgress::owner)
                .allMatch(Optional::isEmpty));
  }

  @Override
  public EventBus bus() {
    return opened.getLast();
  }

  @Override
  public EventBus another() throws Exception {
    if (!takesOneProcess()) {
      opened.push(open(config));
    }
    return opened.getFirst();
  }

  @Override
  public EventBus reopen() throws Exception {
    subscribers.forEach(Subscriber::close);
    subscribers.clear();
    closeAllButTheFirst();
    opened.pop().close();
    opened.push(open(config));
    return bus();
  }

  @Override
  public boolean keeps() {
    return true;
  }

  @Override
  public BusConfig config() {
    return config;
  }
}

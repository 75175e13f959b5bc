package dev.rookery.engine;

import dev.rookery.Partition;
import dev.rookery.spi.Claim;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A process of the fleet: claims, renews, works, dies, stands still, and starts again. */
final class SimulatedProcess {
  private final SimulatedFleet fleet;
  private final String name;
  private final Map<Partition, SimulatedOwner> owners = new TreeMap<>();
  private final Set<Partition> finished = new TreeSet<>();
  private ClaimWatch watch = new ClaimWatch();
  private String owner = "";
  private int life;
  private boolean running;
  private long looked = -1;
  private Instant pausedUntil = Instant.MIN;
  private Instant cutOffUntil = Instant.MIN;

  SimulatedProcess(SimulatedFleet fleet, String name) {
    this.fleet = fleet;
    this.name = name;
  }

  void start() {
    running = true;
    life++;
    owner = name + "-" + life;
    watch = new ClaimWatch();
    looked = -1;
    finished.clear();
    turn();
  }

  boolean isRunning() {
    return running;
  }

  boolean lives(String ownersLife) {
    return owners.values().stream().anyMatch(o -> o.life().equals(ownersLife) && !o.isOver());
  }

  int life() {
    return life;
  }

  List<SimulatedOwner> owners() {
    return List.copyOf(owners.values());
  }

  /** Dies without a word. What it sent may still arrive. */
  void crash() {
    if (running) {
      fleet.fault(SimulatedFleet.Fault.CRASH);
      running = false;
      life++;
      owners.values().forEach(SimulatedOwner::lost);
      owners.clear();
      int left = life;
      fleet.agenda.after(
          200_000 + fleet.agenda.random(2_000_000),
          "starts again",
          () -> {
            if (!running && life == left) {
              start();
            }
          });
    }
  }

  /** Stands still, as a process does that is stopped or whose machine collects garbage. */
  void pause(long micros) {
    fleet.fault(SimulatedFleet.Fault.PAUSE);
    pausedUntil = fleet.agenda.now().plusNanos(micros * 1_000);
    if (fleet.agenda.chance(50)) {
      fleet.fault(SimulatedFleet.Fault.CUT_OFF);
      cutOffUntil = pausedUntil;
    }
  }

  /** Until when nothing arrives that it sent. */
  Instant cutOffUntil() {
    return cutOffUntil;
  }

  /** Lets all workers finish and gives the claims back. */
  void drain() {
    owners.values().forEach(SimulatedOwner::stop);
  }

  // ---- its time

  void later(long micros, String what, Runnable action) {
    at(fleet.agenda.now().plusNanos(micros * 1_000), what, action);
  }

  void at(Instant at, String what, Runnable action) {
    int mine = life;
    fleet.agenda.at(at, what, () -> inLife(mine, what, action));
  }

  private void inLife(int mine, String what, Runnable action) {
    if (mine != life) {
      return;
    }
    if (pausedUntil.isAfter(fleet.agenda.now())) {
      fleet.agenda.at(pausedUntil, what, () -> inLife(mine, what, action));
    } else {
      action.run();
    }
  }

  // ---- claims

  private void turn() {
    later(
        fleet.ttl.toNanos() / 1_000 / 3 - fleet.agenda.random(100_000), "look around", this::turn);
    owners.values().removeIf(SimulatedOwner::isOver);
    if (fleet.storeIsAway()) {
      return;
    }
    long changes = fleet.store().changes();
    if (changes != looked) {
      looked = changes;
      owners.values().forEach(o -> o.post(new Message.OperatorActed()));
    }
    renew();
    share();
  }

  private void renew() {
    List<Claim> held = owners.values().stream().map(SimulatedOwner::claim).toList();
    Instant sentAt = fleet.agenda.now();
    if (held.isEmpty()) {
      return;
    }
    fleet.onItsWay(
        this,
        "renew",
        () -> {
          List<Claim> renewed = fleet.store().renew(held);
          renewed.forEach(claim -> fleet.judge.renewed(claim, fleet.agenda.now()));
          later(fleet.agenda.random(500), "renewed", () -> renewed(held, renewed, sentAt));
        });
  }

  private void renewed(List<Claim> asked, List<Claim> renewed, Instant sentAt) {
    for (Claim claim : asked) {
      SimulatedOwner mine = owners.get(claim.partition());
      if (mine != null && mine.claim().epoch() == claim.epoch()) {
        renewed.stream()
            .filter(answer -> answer.partition().equals(claim.partition()))
            .findFirst()
            .ifPresentOrElse(answer -> mine.renewed(answer, sentAt), mine::lost);
      }
    }
  }

  private void share() {
    Set<String> members = fleet.store().announce(fleet.subscription.name(), owner, fleet.ttl);
    int fair = (fleet.partitions.size() + members.size() - 1) / members.size();
    List<SimulatedOwner> held = new ArrayList<>(owners.values());
    if (held.size() > fair) {
      held.subList(0, held.size() - fair).forEach(SimulatedOwner::stop);
      return;
    }
    Map<Partition, Claim> claims = fleet.store().claims(fleet.subscription.name());
    Instant now = fleet.agenda.now();
    for (Partition partition : fleet.partitions) {
      Claim present = claims.get(partition);
      if (owners.size() < fair
          && present != null
          && !owners.containsKey(partition)
          && !finished.contains(partition)
          && watch.mayBeTaken(present, fleet.agenda.nanoTime())) {
        TakeOver.attempt(fleet.interleaved(), present, owner, fleet.ttl)
            .ifPresent(takeOver -> work(present, takeOver, now));
      }
    }
  }

  private void work(Claim before, TakeOver takeOver, Instant claimedAt) {
    fleet.tookOver(before);
    fleet.judge.tookOver(before, takeOver.claim(), claimedAt);
    owners.put(takeOver.claim().partition(), new SimulatedOwner(fleet, this, takeOver, claimedAt));
  }

  /** A worker has come to the end of a replay. */
  void finished(SimulatedOwner ended) {
    finished.add(ended.partition());
    released(ended);
  }

  /** A worker has ended and saved everything. */
  void released(SimulatedOwner ended) {
    owners.remove(ended.partition());
    Claim claim = ended.claim();
    fleet.onItsWay(this, "release", () -> fleet.store().release(claim, true));
  }
}

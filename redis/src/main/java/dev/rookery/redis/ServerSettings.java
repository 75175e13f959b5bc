package dev.rookery.redis;

import dev.rookery.Durability;
import dev.rookery.InvalidInput;
import dev.rookery.LogFailed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import redis.clients.jedis.Protocol.Command;

/**
 * What a server's settings are worth to those who trust it.
 *
 * @param durability the level that receipts reach
 * @param waits what has to be waited for after each write, so that they do
 * @param weaknesses settings that weaken a promise, one line each
 */
record ServerSettings(Durability durability, List<Wait> waits, List<String> weaknesses) {
  private static final int OLDEST = 7;

  /** Names beside those of the settings. */
  private static final String VERSION = "redis_version";

  private static final String REPLICAS = "connected_slaves";

  /**
   * Asks a server.
   *
   * @throws InvalidInput when it is too old
   */
  static ServerSettings of(Redis redis) {
    Map<String, String> found = new TreeMap<>();
    found.put(VERSION, info(redis, "server", VERSION));
    requireVersion(redis, found);
    found.put(REPLICAS, info(redis, "replication", REPLICAS));
    try {
      redis
          .ask(
              Command.CONFIG,
              "GET",
              "appendonly",
              "appendfsync",
              "no-appendfsync-on-rewrite",
              "maxmemory",
              "maxmemory-policy")
          .fields()
          .forEach((setting, value) -> found.put(setting, value.text()));
    } catch (LogFailed e) {
      return new ServerSettings(
          Durability.ACCEPTED,
          List.of(),
          List.of(
              redis.address()
                  + ": its settings cannot be read (CONFIG GET is refused), so receipts say accepted"));
    }
    Durability demanded = redis.address().demanded().orElse(Durability.ACCEPTED);
    return judged(
        redis.address().toString(), found, redis.hasOneSlot() ? demanded : Durability.ACCEPTED);
  }

  private static void requireVersion(Redis redis, Map<String, String> found) {
    if (!isAtLeast(found, OLDEST, 0)) {
      throw new InvalidInput(
          redis.address()
              + " is Redis "
              + InvalidInput.shown(found.getOrDefault(VERSION, ""))
              + "; 7.0 or newer is needed");
    }
  }

  private static boolean isAtLeast(Map<String, String> found, int major, int minor) {
    String[] parts = found.getOrDefault(VERSION, "").split("\\.", 3);
    try {
      int first = Integer.parseInt(parts[0]);
      return parts.length > 1
          && (first > major || first == major && Integer.parseInt(parts[1]) >= minor);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** One value of INFO, empty where it is not told. */
  static String info(Redis redis, String section, String name) {
    String prefix = name + ":";
    return redis
        .ask(Command.INFO, section)
        .text()
        .lines()
        .filter(line -> line.startsWith(prefix))
        .map(line -> line.substring(prefix.length()).strip())
        .findFirst()
        .orElse("");
  }

  /**
   * What settings are worth.
   *
   * @param demanded up to which level it may be waited for what the settings alone do not give
   */
  static ServerSettings judged(String server, Map<String, String> found, Durability demanded) {
    List<String> lines = new ArrayList<>();
    List<Wait> waits = new ArrayList<>();
    boolean synced = sync(found, demanded, waits, lines);
    boolean alone = found.getOrDefault(REPLICAS, "0").equals("0");
    boolean kept = synced && !alone && demanded == Durability.REPLICATED;
    if (kept) {
      waits.add(Wait.REPLICA);
    } else if (alone && demanded == Durability.REPLICATED) {
      lines.add("connected_slaves is 0: no second server keeps what is taken");
    }
    limits(found, lines);
    return new ServerSettings(
        kept ? Durability.REPLICATED : synced ? Durability.FSYNCED : Durability.ACCEPTED,
        List.copyOf(waits),
        lines.stream().map(line -> server + ": " + line).toList());
  }

  /** Whether a receipt means that it is synced, and what has to be waited for. */
  private static boolean sync(
      Map<String, String> found, Durability demanded, List<Wait> waits, List<String> lines) {
    String rhythm = found.getOrDefault("appendfsync", "unknown");
    if (!found.getOrDefault("appendonly", "").equals("yes")) {
      lines.add(
          "appendonly is no: what was taken since the last snapshot is lost with the process");
      return false;
    }
    boolean always = rhythm.equals("always");
    boolean whole = found.getOrDefault("no-appendfsync-on-rewrite", "").equals("no");
    if (always && whole) {
      return true;
    }
    if (demanded.compareTo(Durability.FSYNCED) >= 0
        && (always || rhythm.equals("everysec"))
        && isAtLeast(found, 7, 2)) {
      waits.add(Wait.SYNC);
      return true;
    }
    lines.add(
        always
            ? "no-appendfsync-on-rewrite is yes: nothing is synced during a rewrite"
            : "appendfsync is "
                + rhythm
                + ": a power cut loses what was not written to disk; receipts say accepted");
    return false;
  }

  private static void limits(Map<String, String> found, List<String> lines) {
    String policy = found.getOrDefault("maxmemory-policy", "");
    if (!policy.equals("noeviction")) {
      lines.add(
          "maxmemory-policy is "
              + policy
              + ": under pressure it deletes events and cursors; set noeviction");
    }
    if (found.getOrDefault("maxmemory", "0").equals("0")) {
      lines.add(
          "maxmemory is 0: when memory runs out the system kills Redis instead of it refusing events");
    }
  }

  /**
   * Compares with what the address demands.
   *
   * @throws InvalidInput when the server cannot give it
   */
  void require(RedisAddress address) {
    address
        .demanded()
        .filter(demanded -> demanded.compareTo(durability) > 0)
        .ifPresent(demanded -> {
          throw new InvalidInput(
              address
                  + " gives durability "
                  + durability
                  + ", "
                  + demanded
                  + " is demanded; it needs appendonly yes, and appendfsync always with no-appendfsync-on-rewrite"
                  + " no or, from 7.2 on and outside a cluster, appendfsync everysec"
                  + (demanded == Durability.REPLICATED ? ", and a replica" : "")
                  + " ("
                  + String.join("; ", weaknesses)
                  + ")");
        });
  }
}

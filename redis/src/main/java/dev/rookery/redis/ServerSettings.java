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
 * @param durability the level that its answers reach
 * @param weaknesses settings that weaken a promise, one line each
 */
record ServerSettings(Durability durability, List<String> weaknesses) {
  private static final int OLDEST = 7;

  /**
   * Asks a server.
   *
   * @throws InvalidInput when it is too old
   */
  static ServerSettings of(Redis redis) {
    requireVersion(redis, info(redis, "server", "redis_version"));
    Map<String, String> found = new TreeMap<>();
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
          List.of(
              redis.address()
                  + ": its settings cannot be read (CONFIG GET is refused), so receipts say accepted"));
    }
    return judged(redis.address().toString(), found);
  }

  private static void requireVersion(Redis redis, String version) {
    int dot = version.indexOf('.');
    try {
      if (dot > 0 && Integer.parseInt(version.substring(0, dot)) >= OLDEST) {
        return;
      }
    } catch (NumberFormatException e) {
      // Told below
    }
    throw new InvalidInput(
        redis.address() + " is Redis " + InvalidInput.shown(version) + "; 7.0 or newer is needed");
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

  /** What settings are worth. */
  static ServerSettings judged(String server, Map<String, String> found) {
    List<String> lines = new ArrayList<>();
    boolean synced = true;
    if (!found.getOrDefault("appendonly", "").equals("yes")) {
      synced = false;
      lines.add(
          "appendonly is no: what was taken since the last snapshot is lost with the process");
    } else if (!found.getOrDefault("appendfsync", "").equals("always")) {
      synced = false;
      lines.add(
          "appendfsync is "
              + found.getOrDefault("appendfsync", "unknown")
              + ": a power cut loses what was not written to disk; receipts say accepted");
    } else if (!found.getOrDefault("no-appendfsync-on-rewrite", "").equals("no")) {
      synced = false;
      lines.add("no-appendfsync-on-rewrite is yes: nothing is synced during a rewrite");
    }
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
    return new ServerSettings(
        synced ? Durability.FSYNCED : Durability.ACCEPTED,
        lines.stream().map(line -> server + ": " + line).toList());
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
                  + " is demanded; it needs appendonly yes, appendfsync always and no-appendfsync-on-rewrite no ("
                  + String.join("; ", weaknesses)
                  + ")");
        });
  }
}

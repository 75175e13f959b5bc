package dev.rookery.redis;

import dev.rookery.BackendUnavailable;
import dev.rookery.LogFailed;
import dev.rookery.PublishRejected;
import dev.rookery.PublishUnknown;
import dev.rookery.RookeryException;
import java.util.List;
import java.util.stream.Collectors;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** What an error of Redis means to a caller. */
final class Trouble {
  /** Beginnings of answers that mean: this very server can do nothing now. */
  private static final List<String> PASSING =
      List.of(
          "LOADING",
          "READONLY",
          "MASTERDOWN",
          "CLUSTERDOWN",
          "TRYAGAIN",
          "BUSY",
          "MISCONF",
          "NOREPLICAS",
          "UNBLOCKED",
          "OOM",
          "ERR max number of clients");

  private Trouble() {}

  static RookeryException of(RedisAddress address, JedisException e) {
    String said = said(e);
    if (!(e instanceof JedisDataException)) {
      return new BackendUnavailable(address + " does not answer: " + said, e);
    }
    if (PASSING.stream().anyMatch(said::startsWith)) {
      return new BackendUnavailable(address + " can do nothing now: " + said, e);
    }
    return new LogFailed(address + " refuses: " + said, e);
  }

  /** What became of an append that Redis answered with an error: nothing was stored. */
  static RookeryException ofAppend(RedisAddress address, JedisDataException e) {
    String said = said(e);
    return said.startsWith("OOM") || said.startsWith("MISCONF")
        ? new PublishRejected(
            address
                + (said.startsWith("OOM")
                    ? " is out of memory, nothing was stored; raise maxmemory or shorten the retention: "
                    : " cannot write to its disk, nothing was stored: ")
                + said,
            e)
        : of(address, e);
  }

  static PublishUnknown unknown(RedisAddress address, Throwable e) {
    return new PublishUnknown(
        "the answer of "
            + address
            + " was lost, nobody knows whether it was stored; publish it once more with the same id: "
            + e.getMessage(),
        e);
  }

  /** What became of an append that is stored, where what was waited for did not come. */
  static PublishUnknown unconfirmed(RedisAddress address, List<Wait> failed) {
    return new PublishUnknown(
        address
            + " stored it, but "
            + failed.stream().map(Wait::failure).collect(Collectors.joining(", and "))
            + ", so that it may yet be lost; publish it once more with the same id");
  }

  private static String said(JedisException e) {
    String message = String.valueOf(e.getMessage());
    return message.lines().findFirst().orElse("");
  }
}

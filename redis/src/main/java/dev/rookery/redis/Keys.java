package dev.rookery.redis;

import dev.rookery.Partition;

/**
 * The keys of one partition. The stream has the name that the wire format gives it; the others
 * carry it as their hash tag, so that all of them are in one slot of a cluster.
 */
record Keys(String stream, String prefix) {
  static final String SETTINGS = "rookery:settings";
  static final String SUBSCRIPTIONS = "rookery:subscriptions";

  static Keys of(Partition partition) {
    String stream =
        "stream:"
            + partition.stream()
            + "-events"
            + (partition.number() == 0 ? "" : ":" + partition.number());
    return new Keys(stream, "rookery:{" + stream + "}:");
  }

  static String subscribers(String subscription) {
    return "rookery:subscribers:" + subscription;
  }

  /** The copy of a partition's end, where another log is the truth. */
  static String tail(Partition partition) {
    return "rookery:tail:" + partition.stream() + ":" + partition.number();
  }

  /** The consumer group that shows a subscription to the tools of Redis. */
  static String group(String subscription) {
    return "bot-group-" + subscription;
  }

  String meta() {
    return prefix + "meta";
  }

  String ids(int half) {
    return prefix + "ids:" + half;
  }

  String cursor(String subscription) {
    return prefix + "cursor:" + subscription;
  }

  /** The stream as it will be when an erasure is done. */
  String copy() {
    return prefix + "copy";
  }

  /** The entries that an erasure is about, and whose it is. */
  String erasing() {
    return prefix + "erasing";
  }

  /** The floor of every cursor, by subscription. */
  String floors() {
    return prefix + "floors";
  }

  /** The consumer groups of the stream that are ours. */
  String groups() {
    return prefix + "groups";
  }

  String letters() {
    return prefix + "letters";
  }

  /** How many letters were given up, by subscription. */
  String letterCounts() {
    return prefix + "counts";
  }

  /** How many letters of a subscription are parked, by key. */
  String parked(String subscription) {
    return prefix + "parked:" + subscription;
  }

  /** The keys of what was given up, by position. */
  String given(String subscription) {
    return prefix + "given:" + subscription;
  }
}

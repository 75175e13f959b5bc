package dev.rookery.check;

import dev.rookery.Partition;
import dev.rookery.Position;

/**
 * A map from 64-bit hashes to 64-bit hashes, 16 bytes for each place in two arrays with open
 * addressing. Two of a million texts share a hash once in 37 million histories.
 */
final class Fingerprints {
  /** No text and no place has this hash. */
  static final long NONE = 0;

  private long[] keys = new long[1 << 10];
  private long[] values = new long[keys.length];
  private int size;

  /** The value of a key, NONE where there is none. */
  long get(long key) {
    return values[slot(key)];
  }

  void put(long key, long value) {
    int slot = slot(key);
    size += keys[slot] == NONE ? 1 : 0;
    keys[slot] = key;
    values[slot] = value;
    if (size > keys.length / 3 * 2) {
      grow();
    }
  }

  /** Where the key is, or would be. */
  private int slot(long key) {
    int slot = (int) key & keys.length - 1;
    while (keys[slot] != NONE && keys[slot] != key) {
      slot = slot + 1 & keys.length - 1;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldValues = values;
    keys = new long[oldKeys.length * 2];
    values = new long[keys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != NONE) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        values[slot] = oldValues[i];
      }
    }
  }

  static long of(String id) {
    long hash = id.length();
    for (int i = 0; i < id.length(); i++) {
      hash = mixed(hash, id.charAt(i));
    }
    return something(hash);
  }

  static long of(Partition partition, Position position) {
    long hash = mixed(mixed(partition.number(), position.high()), position.low());
    return something(mixed(hash, of(partition.stream())));
  }

  /** The finalizer of splitmix64, by Vigna, over both. */
  private static long mixed(long hash, long next) {
    long z = hash * 0x9e3779b97f4a7c15L + next;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  private static long something(long hash) {
    return hash == NONE ? 1 : hash;
  }
}

package dev.rookery.spi;

import dev.rookery.Address;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keeps an archive's pieces, segments and dictionaries, by their names. What is put under a name
 * again takes the place of what was there: it says the same, or the same without what was erased
 * since.
 *
 * <p>All methods may be called by many threads and processes at once, and block. They throw {@link
 * dev.rookery.BackendUnavailable} when the store cannot be reached or is full, and trying again may
 * help.
 */
public interface SegmentStore extends AutoCloseable {
  /** Keeps a piece whole or not at all; returns when it survives the loss of power. */
  void put(String name, byte[] bytes);

  /** The names of all pieces. */
  List<String> names();

  /** How many bytes each piece takes, by its name. */
  Map<String, Long> sizes();

  /**
   * Reads a piece.
   *
   * @throws dev.rookery.NotFound when there is none of that name
   */
  byte[] read(String name);

  /** Reads the beginning of a piece, as much of it as there is. */
  byte[] read(String name, int mostBytes);

  /** Forgets a piece, if there is one; returns when the loss of power does not bring it back. */
  void remove(String name);

  /** Where a piece is, for people. */
  String place(String name);

  /**
   * Names of what was begun to be put more than a minute ago and never was, as by a process that
   * was killed; {@link #remove} forgets them.
   */
  default List<String> leftovers() {
    return List.of();
  }

  /** The command that gives a piece another name, for people. */
  default String renaming(String name, String to) {
    return "rename " + place(name) + " to " + to;
  }

  /** Lets go of what it holds, which for many is nothing. Closing twice is harmless. */
  @Override
  default void close() {}

  /** Opens stores of some schemes; found with {@link java.util.ServiceLoader}. */
  interface Provider {
    Set<String> schemes();

    SegmentStore open(Address address, Environment environment);
  }
}

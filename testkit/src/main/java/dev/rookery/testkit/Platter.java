package dev.rookery.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What of a folder is on the platter of a disk, as POSIX promises it and no better: what was
 * synced, and of all else any part. That part is chosen sector by sector. A file's name is there
 * for certain only after a sync of the folder. What a failed sync had to bring to the platter, no
 * later sync brings.
 */
public final class Platter {
  private static final int SECTOR = 512;

  private final SplittableRandom random;
  private final double arriving;
  private final List<String> files;
  private final Map<String, Content> living = new TreeMap<>();
  private final Map<String, Content> named = new TreeMap<>();

  /** A file's bytes, and the steps of which nobody knows whether they arrived. */
  private static final class Content {
    private byte[] bytes;
    private int length;
    private final List<DiskStep> unsynced = new ArrayList<>();

    Content(byte[] bytes) {
      this.bytes = bytes;
      this.length = bytes.length;
    }

    void cut(long to) {
      int newLength = Math.toIntExact(to);
      if (newLength > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(newLength, 2 * bytes.length));
      } else if (newLength < length) {
        Arrays.fill(bytes, newLength, length, (byte) 0);
      }
      length = newLength;
    }

    void write(long offset, ByteBuffer data) {
      long end = offset + data.remaining();
      if (end > length) {
        cut(end);
      }
      data.get(data.position(), bytes, Math.toIntExact(offset), data.remaining());
    }

    byte[] content() {
      return Arrays.copyOf(bytes, length);
    }
  }

  /**
   * A disk that holds what a folder holds.
   *
   * @param files the names of those that a power cut concerns
   * @param arriving how likely something arrives that is not synced
   */
  public Platter(Path folder, List<String> files, SplittableRandom random, double arriving)
      throws IOException {
    this.files = List.copyOf(files);
    this.random = random;
    this.arriving = arriving;
    for (String name : files) {
      if (Files.exists(folder.resolve(name))) {
        Content content = new Content(Files.readAllBytes(folder.resolve(name)));
        living.put(name, content);
        named.put(name, content);
      }
    }
  }

  /** What it holds when these have happened. */
  public Platter after(List<DiskStep> steps) {
    steps.forEach(this::take);
    return this;
  }

  private void take(DiskStep step) {
    switch (step.kind()) {
      case CREATED -> living.put(step.file(), new Content(new byte[0]));
      case UNLINKED -> living.remove(step.file());
      case WRITTEN, CUT -> content(step).unsynced.add(step);
      case SYNCED -> sync(step);
      case NOT_SYNCED -> lose(step);
      case SAID -> {}
    }
  }

  private Content content(DiskStep step) {
    return living.computeIfAbsent(
        step.file(),
        file -> {
          throw new IllegalStateException("nobody made " + file);
        });
  }

  private void sync(DiskStep step) {
    if (step.file().equals(".")) {
      named.clear();
      named.putAll(living);
    } else {
      settle(content(step), 1);
    }
  }

  private void lose(DiskStep step) {
    if (!step.file().equals(".")) {
      settle(content(step), arriving);
    }
  }

  private void settle(Content content, double likely) {
    for (DiskStep step : content.unsynced) {
      if (step.kind() == DiskStep.Kind.WRITTEN) {
        writeSectors(content, step, likely);
      } else if (happens(likely)) {
        content.cut(step.offset());
      }
    }
    content.unsynced.clear();
  }

  private void writeSectors(Content content, DiskStep step, double likely) {
    int length = step.data().remaining();
    for (int from = 0; from < length; ) {
      long offset = step.offset() + from;
      int part = Math.toIntExact(Math.min(length - from, SECTOR - offset % SECTOR));
      if (happens(likely)) {
        content.write(offset, step.data().slice(step.data().position() + from, part));
      }
      from += part;
    }
  }

  private boolean happens(double likely) {
    return random.nextDouble() < likely;
  }

  /** Cuts the power, and writes what is left into a folder. */
  public Path cutInto(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (String name : files) {
      Map<String, Content> directory = happens(arriving) ? living : named;
      Files.deleteIfExists(folder.resolve(name));
      if (directory.containsKey(name)) {
        settle(directory.get(name), arriving);
        Files.write(folder.resolve(name), directory.get(name).content());
      }
    }
    return folder;
  }
}

package dev.rookery.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Something that happened on a {@link RecordingDisk}.
 *
 * @param file its name in the folder, {@code "."} for the folder itself
 * @param offset where it was written, or the length it was cut to
 * @param data what was written or said; nobody changes it
 */
public record DiskStep(Kind kind, String file, long offset, ByteBuffer data) {
  private static final int HEADER_BYTES = 24;

  /** What happened. */
  public enum Kind {
    CREATED,
    WRITTEN,
    CUT,
    SYNCED,
    /** A sync that was not done. */
    NOT_SYNCED,
    UNLINKED,
    /** The program said something on its standard output. */
    SAID
  }

  /** Reads a journal; a record whose writing was cut by the end of the process is left out. */
  public static List<DiskStep> read(Path journal) throws IOException {
    List<DiskStep> steps = new ArrayList<>();
    if (Files.notExists(journal)) {
      return steps;
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(journal)).order(ByteOrder.nativeOrder());
    while (bytes.remaining() >= HEADER_BYTES) {
      Kind kind = kind(bytes.getInt());
      int name = bytes.getInt();
      long offset = bytes.getLong();
      int length = Math.toIntExact(bytes.getLong());
      if (bytes.remaining() < name + length) {
        break;
      }
      steps.add(new DiskStep(kind, text(take(bytes, name)), offset, take(bytes, length)));
    }
    return steps;
  }

  private static ByteBuffer take(ByteBuffer bytes, int length) {
    ByteBuffer taken = bytes.slice(bytes.position(), length);
    bytes.position(bytes.position() + length);
    return taken;
  }

  private static String text(ByteBuffer bytes) {
    return UTF_8.decode(bytes.duplicate()).toString();
  }

  private static Kind kind(int letter) {
    return switch (letter) {
      case 'C' -> Kind.CREATED;
      case 'W' -> Kind.WRITTEN;
      case 'T' -> Kind.CUT;
      case 'S' -> Kind.SYNCED;
      case 'F' -> Kind.NOT_SYNCED;
      case 'U' -> Kind.UNLINKED;
      case 'O' -> Kind.SAID;
      default -> throw new IllegalArgumentException("a record of kind " + letter);
    };
  }

  /** What the program had said by the end of these steps; a line that has no end is left out. */
  public static List<String> said(List<DiskStep> steps) {
    StringBuilder said = new StringBuilder();
    for (DiskStep step : steps) {
      if (step.kind == Kind.SAID) {
        said.append(text(step.data));
      }
    }
    said.setLength(said.lastIndexOf("\n") + 1);
    return said.toString().lines().toList();
  }
}

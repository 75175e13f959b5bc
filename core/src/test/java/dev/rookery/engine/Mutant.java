package dev.rookery.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** The engine with a bug that was seeded into its source. */
record Mutant(String name, List<Change> changes) {
  private static final Path SOURCES = Path.of("src", "main", "java", "dev", "rookery");

  /** A piece of a source file, sound and with the bug. */
  record Change(String file, String sound, String seeded) {}

  static Mutant of(String name, Change... changes) {
    return new Mutant(name, List.of(changes));
  }

  @Override
  public String toString() {
    return name;
  }

  /**
   * Compiles what is changed into a folder.
   *
   * @throws AssertionError when a source no longer holds the sound piece, exactly once
   */
  ClassLoader compile(Path folder) throws IOException {
    Map<String, String> changed = new TreeMap<>();
    for (Change change : changes) {
      String before = changed.get(change.file);
      String text = before == null ? Files.readString(SOURCES.resolve(change.file)) : before;
      if (text.split(java.util.regex.Pattern.quote(change.sound), -1).length != 2) {
        throw new AssertionError(
            "mutant " + name + ": " + change.file + " does not hold once: " + change.sound);
      }
      changed.put(change.file, text.replace(change.sound, change.seeded));
    }
    List<JavaFileObject> sources = new ArrayList<>();
    changed.forEach((file, text) -> sources.add(source(file, text)));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> options =
        List.of(
            "-proc:none",
            "-nowarn",
            "-d",
            folder.toString(),
            "-cp",
            System.getProperty("java.class.path"));
    if (!sources.isEmpty() && !compiler.getTask(null, null, null, options, null, sources).call()) {
      throw new AssertionError("mutant " + name + " does not compile");
    }
    return new ChangedClasses(folder);
  }

  private static JavaFileObject source(String file, String text) {
    return new SimpleJavaFileObject(
        URI.create("string:///dev/rookery/" + file), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }

  /**
   * Has classes of its own for the packages that mutants change, since a package is one only within
   * a loader.
   */
  private static final class ChangedClasses extends ClassLoader {
    private final Path folder;

    ChangedClasses(Path folder) {
      super(Mutant.class.getClassLoader());
      this.folder = folder;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("dev.rookery.engine.") && !name.startsWith("dev.rookery.memory.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        if (known != null) {
          return known;
        }
        byte[] bytes = bytes(name.replace('.', '/') + ".class");
        return defineClass(name, bytes, 0, bytes.length);
      }
    }

    private byte[] bytes(String file) throws ClassNotFoundException {
      try (InputStream sound = getParent().getResourceAsStream(file)) {
        Path changed = folder.resolve(file);
        if (Files.exists(changed)) {
          return Files.readAllBytes(changed);
        }
        if (sound == null) {
          throw new ClassNotFoundException(file);
        }
        return sound.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}

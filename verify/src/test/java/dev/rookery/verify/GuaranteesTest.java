package dev.rookery.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The table of {@code docs/guarantees.md} names, for each promise, the tests that are tagged with
 * it; a promise that has none is either not made yet, and says so, or has lost its proof.
 */
class GuaranteesTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern TAG = Pattern.compile("^@Tag\\(\"(P[1-7])\"\\)", Pattern.MULTILINE);
  private static final Pattern ROW = Pattern.compile("\\| (P[1-7]) \\| .* \\| ([^|]*) \\|");
  private static final String NOT_YET = "not made yet";

  @Test
  void everyPromiseNamesTheTestsThatHoldIt() throws IOException {
    List<String> table = Files.readAllLines(ROOT.resolve("docs/guarantees.md"));

    assertThat(faults(table, tests(ROOT))).isEmpty();
  }

  @Test
  void aPromiseWithoutATestIsCaught() {
    List<String> table = List.of("| P1 | durable | `A`, `B` |", "| P2 | known | `A` |");

    assertThat(faults(table, Map.of("P1", names("A", "B"), "P2", names("A"))))
        .allMatch(fault -> fault.matches("P[3-7] is not in the table"));
    assertThat(faults(table, Map.of("P1", names("A", "B"))))
        .contains("P2 has no test: tag one @Tag(\"P2\")");
    assertThat(faults(table, Map.of("P1", names("A"), "P2", names("A"))))
        .contains("P1 is held by: `A`");
  }

  private static SortedSet<String> names(String... names) {
    return new TreeSet<>(List.of(names));
  }

  /** What the table says wrongly. */
  private static List<String> faults(List<String> table, Map<String, SortedSet<String>> tests) {
    Map<String, String> said =
        table.stream()
            .flatMap(line -> ROW.matcher(line).results())
            .collect(Collectors.toMap(row -> row.group(1), row -> row.group(2)));
    List<String> faults = new ArrayList<>();
    for (int number = 1; number <= 7; number++) {
      String promise = "P" + number;
      String cell = said.get(promise);
      SortedSet<String> its = tests.getOrDefault(promise, new TreeSet<>());
      String right = its.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
      if (cell == null) {
        faults.add(promise + " is not in the table");
      } else if (its.isEmpty() && !cell.startsWith(NOT_YET)) {
        faults.add(promise + " has no test: tag one @Tag(\"" + promise + "\")");
      } else if (!its.isEmpty() && !cell.equals(right)) {
        faults.add(promise + " is held by: " + right);
      }
    }
    return faults;
  }

  /** The names of the tagged classes in all modules, by promise. */
  private static Map<String, SortedSet<String>> tests(Path root) throws IOException {
    Map<String, SortedSet<String>> tests = new TreeMap<>();
    try (Stream<Path> files = Files.find(root, 20, (path, file) -> isSource(path))) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        TAG.matcher(Files.readString(file))
            .results()
            .map(tag -> tag.group(1))
            .forEach(promise -> tests.computeIfAbsent(promise, p -> new TreeSet<>()).add(name));
      }
    }
    return tests;
  }

  private static boolean isSource(Path path) {
    String text = path.toString().replace('\\', '/');
    return text.contains("/src/") && text.endsWith(".java");
  }
}

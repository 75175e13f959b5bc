package dev.rookery.conditions;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelBuilder;
import dev.cel.bundle.CelFactory;
import dev.cel.checker.CelStandardDeclarations;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.standard.AddOperator;
import dev.rookery.Event;
import dev.rookery.InvalidInput;
import dev.rookery.spi.Conditions;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/**
 * Conditions in the Common Expression Language, such as {@code data.amount > 10 && source !=
 * 'bot-2'}.
 *
 * <p>What a condition costs is bounded three times: by its size before it is parsed, by its depth
 * while it is, and by the iterations of all its macros together while it is computed; and it makes
 * no large values of the event's. CEL's newer runtime, the planner, is passed over: it walks
 * through all of the data at every mention of it, so that a thousand iterations over a large list
 * take minutes.
 */
public final class CelConditions implements Conditions {
  private static final int MAX_BYTES = 4_096;
  private static final int MAX_DEPTH = 64;
  private static final int MAX_ITERATIONS = 1_000;
  private static final int MAX_REGEX = 256;
  private static final int MAX_JOINED = 4_096;
  private static final Cel CEL = cel();

  private static Cel cel() {
    CelOptions options =
        CelOptions.current()
            .enableHeterogeneousNumericComparisons(true)
            .comprehensionMaxIterations(MAX_ITERATIONS)
            .maxExpressionCodePointSize(MAX_BYTES)
            .maxParseRecursionDepth(MAX_DEPTH)
            .maxRegexProgramSize(MAX_REGEX)
            .build();
    CelBuilder builder =
        CelFactory.legacyCelBuilder()
            .setOptions(options)
            .setStandardEnvironmentEnabled(false)
            .setStandardDeclarations(
                CelStandardDeclarations.newBuilder()
                    .excludeFunctions(CelStandardDeclarations.StandardFunction.BYTES)
                    .build())
            .setStandardFunctions(
                CelStandardFunctions.newBuilder()
                    .filterFunctions((function, overload) ->
                        overload != AddOperator.AddOverload.ADD_STRING
                            && overload != AddOperator.AddOverload.ADD_BYTES)
                    .build())
            .addFunctionBindings(
                CelFunctionBinding.from(
                    "add_string", String.class, String.class, CelConditions::join))
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .setResultType(SimpleType.BOOL);
    EventVariables.TYPES.forEach(builder::addVar);
    return builder.build();
  }

  private static Object join(String left, String right) {
    if (left.length() + right.length() > MAX_JOINED) {
      throw new IllegalArgumentException("a text joined of others grows too long");
    }
    return left + right;
  }

  @Override
  public Predicate<Event> compile(String condition) {
    if (condition.isBlank()) {
      throw new InvalidInput("the condition is empty; leave it out, or write one like data.n > 10");
    }
    if (condition.length() > MAX_BYTES
        || condition.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw new InvalidInput(
          "the condition is larger than " + MAX_BYTES + " bytes; put what it tests into the data");
    }
    try {
      CelAbstractSyntaxTree tree = CEL.compile(condition).getAst();
      return new CelCondition(condition, CEL.createProgram(tree));
    } catch (CelValidationException e) {
      throw refused(condition, e);
    } catch (CelEvaluationException | RuntimeException e) {
      throw new InvalidInput(
          "'"
              + InvalidInput.shown(condition)
              + "' is no condition: "
              + InvalidInput.shown(e.toString()),
          e);
    }
  }

  private static InvalidInput refused(String condition, CelValidationException e) {
    CelIssue first = e.getErrors().getFirst();
    return new InvalidInput(
        "'%s' is no condition, at line %d, column %d: %s; it may use %s"
            .formatted(
                InvalidInput.shown(condition),
                first.getSourceLocation().getLine(),
                first.getSourceLocation().getColumn() + 1,
                InvalidInput.shown(first.getMessage()),
                String.join(", ", EventVariables.TYPES.keySet())),
        e);
  }
}

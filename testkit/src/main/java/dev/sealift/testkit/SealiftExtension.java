package dev.sealift.testkit;

import java.lang.reflect.Parameter;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.opentest4j.AssertionFailedError;

/** Serves {@link SealiftTest}. */
public final class SealiftExtension implements ParameterResolver, AfterEachCallback {
  /** A system property: the seed of every test, a decimal number. */
  public static final String SEED_PROPERTY = "sealift.testkit.seed";

  private static final Namespace NAMESPACE = Namespace.create(SealiftExtension.class);

  /** For JUnit. */
  public SealiftExtension() {}

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == SoftwarePlatform.class
        || type == SoftwareKernel.class
        || type == TestHost.class
        || type == TwoHosts.class
        || type == RandomGenerator.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameterContext, ExtensionContext context) {
    Parameter parameter = parameterContext.getParameter();
    if (context.getTestMethod().isEmpty()) {
      throw new ParameterResolutionException(
          "a %s belongs to one test: make it a parameter of a @Test, @BeforeEach or @AfterEach method, not of %s"
              .formatted(parameter.getType().getSimpleName(), parameter.getDeclaringExecutable()));
    }
    TestWorld world = world(context);
    if (parameter.getType() == SoftwarePlatform.class) {
      return world.host().kernel().platform();
    } else if (parameter.getType() == SoftwareKernel.class) {
      return world.host().kernel();
    } else if (parameter.getType() == TestHost.class) {
      return world.host();
    } else if (parameter.getType() == TwoHosts.class) {
      return world.twoHosts();
    }
    return world.random();
  }

  private static TestWorld world(ExtensionContext context) {
    return context
        .getStore(NAMESPACE)
        .computeIfAbsent(TestWorld.class, _ -> open(context), TestWorld.class);
  }

  private static TestWorld open(ExtensionContext context) {
    SealiftTest asked = annotation(context);
    long seed = asked.seed();
    String property = System.getProperty(SEED_PROPERTY);
    if (property != null) {
      seed = parse(property);
    }
    return new TestWorld(
        asked.ground(),
        asked.kernel(),
        seed == 0 ? new SecureRandom().nextLong() : seed,
        context.getExecutionMode() == ExecutionMode.SAME_THREAD);
  }

  private static long parse(String property) {
    try {
      return Long.parseLong(property);
    } catch (NumberFormatException e) {
      throw new ParameterResolutionException(
          "-D%s is a decimal number, and not %s".formatted(SEED_PROPERTY, property));
    }
  }

  /** What the method says, or else its class, or else a class around that one. */
  private static SealiftTest annotation(ExtensionContext context) {
    SealiftTest found = context.getRequiredTestMethod().getAnnotation(SealiftTest.class);
    Class<?> type = context.getRequiredTestClass();
    while (found == null && type != null) {
      found = type.getAnnotation(SealiftTest.class);
      type = type.getEnclosingClass();
    }
    return found == null ? Defaults.ASKED : found;
  }

  /** Of a test that registers this extension by {@code @ExtendWith}. */
  @SealiftTest
  private static final class Defaults {
    static final SealiftTest ASKED =
        Objects.requireNonNull(Defaults.class.getAnnotation(SealiftTest.class));
  }

  @Override
  public void afterEach(ExtensionContext context) {
    TestWorld world = context.getStore(NAMESPACE).remove(TestWorld.class, TestWorld.class);
    if (world == null) {
      return;
    }
    List<String> findings = world.close();
    boolean strict = annotation(context).strict();
    Optional<Throwable> failure = context.getExecutionException();
    if (failure.isPresent()) {
      findings.forEach(finding -> failure.get().addSuppressed(new AssertionFailedError(finding)));
      tell(context, world.seed());
    } else if (strict && !findings.isEmpty()) {
      tell(context, world.seed());
      throw new AssertionFailedError(String.join(System.lineSeparator(), findings));
    }
  }

  private static void tell(ExtensionContext context, long seed) {
    context.publishReportEntry("sealift seed", Long.toString(seed));
    System.err.printf(
        "%s: sealift seed %d; -D%s=%d or @SealiftTest(seed = %dL) takes the same keys and choices again.%n",
        context.getDisplayName(), seed, SEED_PROPERTY, seed, seed);
  }
}

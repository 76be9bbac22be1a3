package dev.sealift.testkit;

import dev.sealift.kernel.KernelProfile;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test methods of a class, its {@code @BeforeEach} and {@code @AfterEach} methods among them,
 * may have parameters of these types. Each test gets its own; all parameters of one type are the
 * same object within a test.
 *
 * <ul>
 *   <li>{@link SoftwarePlatform}: a Secure Processor with its chain and its root
 *   <li>{@link SoftwareKernel}: /dev/sev and /dev/kvm over it
 *   <li>{@link TestHost}: guests over that. These three are one machine
 *   <li>{@link TwoHosts}: two other machines, and a link between them
 *   <li>{@link java.util.random.RandomGenerator}: the test's own randomness
 * </ul>
 *
 * <p>On a method it replaces what the class says.
 *
 * <p>When the test is over everything is closed. What the test itself has made and left behind
 * fails it: guests, ASIDs, descriptors, mappings, threads; and so does a fault that was ordered and
 * never struck.
 *
 * <p>The processors' keys and all of the kit's choices follow from a seed, which is printed when a
 * test fails. What threads do in which order does not follow from it.
 */
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SealiftExtension.class)
public @interface SealiftTest {

  /** What the vCPUs of guests are. */
  Ground ground() default Ground.MODEL;

  /** Which SEV commands the kernels serve. Guests with SEV-ES move only between extended ones. */
  KernelProfile kernel() default KernelProfile.MAINLINE;

  /**
   * The seed; 0 for a fresh one each time. The system property {@value
   * SealiftExtension#SEED_PROPERTY} comes before it.
   */
  long seed() default 0;

  /** Whether a test fails by what it leaves behind, or by a fault that never struck. */
  boolean strict() default true;
}

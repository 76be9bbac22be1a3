package dev.sealift.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.VmmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** What a test class is told that leaves something behind, or orders what never comes. */
class SealiftExtensionTest {

  @Test
  void aGuestThatTheTestMadeAndDidNotCloseFailsItWithASentence() {
    assertThat(failure("leavesAGuest"))
        .contains("The firmware of the host still holds 1 guest")
        .contains("1 ASID is still in use")
        .contains("descriptors that nobody closed: /dev/")
        .contains("a VM");
  }

  @Test
  void aDescriptorThatIsLeftFailsTheTest() {
    assertThat(failure("leavesADescriptor"))
        .contains("The host has 1 descriptor that nobody closed: /dev/kvm.");
  }

  @Test
  void aThreadThatIsLeftFailsTheTest() {
    assertThat(failure("leavesAThread"))
        .contains("The test left 1 thread running, straggler: end what it has started.");
    Left.LEFT.countDown();
  }

  @Test
  void aFaultThatNeverStruckFailsTheTest() {
    assertThat(failure("ordersAFaultThatNeverComes"))
        .contains("A fault of the host never struck: SEND_FINISH is answered with INVALID_PARAM");
  }

  @Test
  void aTestThatIsNotStrictIsLeftAlone() {
    assertThat(failures("isNotStrict")).isEmpty();
  }

  @Test
  void aTestThatFailsKeepsItsOwnFailureAndTheLeavingsAreBehindIt() {
    Throwable failure = failures("failsAndLeavesADescriptor").getFirst();
    assertThat(failure).hasMessage("its own failure");
    assertThat(failure.getSuppressed()[0]).hasMessageContaining("nobody closed: /dev/kvm");
  }

  @Test
  void whatBelongsToATestIsNotGivenToAClass() {
    assertThat(failures(Shared.class, "any").getFirst())
        .hasMessageContaining("a TestHost belongs to one test");
  }

  @Test
  void theSameSeedMakesTheSameKeys() {
    Left.CHAINS.clear();
    assertThat(failures("remembersItsKeys")).isEmpty();
    assertThat(failures("remembersItsKeys")).isEmpty();
    assertThat(failures("hasOtherKeys")).isEmpty();
    assertThat(Left.CHAINS.get(0)).isEqualTo(Left.CHAINS.get(1)).isNotEqualTo(Left.CHAINS.get(2));
  }

  private static String failure(String method) {
    List<Throwable> failures = failures(method);
    assertThat(failures).hasSize(1);
    return failures.getFirst().getMessage();
  }

  private static List<Throwable> failures(String method) {
    return failures(Left.class, method);
  }

  private static List<Throwable> failures(Class<?> tests, String method) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                Arrays.stream(tests.getDeclaredMethods())
                    .filter(one -> one.getName().equals(method))
                    .map(one -> selectMethod(tests, one))
                    .toList())
            .build();
    var summary = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, summary);
    assertThat(summary.getSummary().getContainersFoundCount()).isPositive();
    return summary.getSummary().getFailures().stream().map(each -> each.getException()).toList();
  }

  /** Tests that are run by the tests above. */
  @SealiftTest
  static class Left {
    static final CountDownLatch LEFT = new CountDownLatch(1);
    static final List<String> CHAINS = new ArrayList<>();

    @Test
    void leavesAGuest(TestHost host) throws VmmException {
      GuestSpec spec = GuestSpec.idle("g", 2 << 20);
      Guest guest =
          Guest.create(
              host.kernel().host(),
              host.platform(),
              new GuestConfiguration("g", spec.memoryBytes(), 0, spec.workload()));
      guest.sev().launchStart(0, null, null);
    }

    @Test
    void leavesADescriptor(SoftwareKernel kernel) {
      assertThat(kernel.calls().open("/dev/kvm", OpenFlags.O_RDWR)).isNotNegative();
    }

    @Test
    void leavesAThread(SoftwarePlatform platform) {
      Thread.ofPlatform()
          .name("straggler")
          .start(() -> {
            try {
              LEFT.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    }

    @Test
    void ordersAFaultThatNeverComes(SoftwarePlatform platform) {
      platform.faults().answer(PspCommand.SEND_FINISH, 1, FirmwareStatus.INVALID_PARAM);
    }

    @Test
    @SealiftTest(strict = false)
    void isNotStrict(SoftwareKernel kernel) {
      kernel.faults().failIoctl(KvmIoctl.RUN, 1, Errno.EINTR);
      kernel.faults().failSev(SevCommand.INIT, 1, Errno.EBUSY);
    }

    @Test
    void failsAndLeavesADescriptor(SoftwareKernel kernel) {
      assertThat(kernel.calls().open("/dev/kvm", OpenFlags.O_RDWR)).isNotNegative();
      throw new AssertionError("its own failure");
    }

    @Test
    @SealiftTest(seed = 7)
    void remembersItsKeys(SoftwarePlatform platform, RandomGenerator random) throws Exception {
      remember(platform.chain());
      assertThat(random).isNotNull();
    }

    @Test
    @SealiftTest(seed = 8)
    void hasOtherKeys(SoftwarePlatform platform) throws Exception {
      remember(platform.chain());
    }

    private static void remember(PlatformChain chain) throws MalformedCertificateException {
      CHAINS.add(chain.pdh().keyFingerprint());
    }
  }

  /** Asks for a host before there is a test. */
  @SealiftTest
  static class Shared {
    @BeforeAll
    static void all(TestHost host) {}

    @Test
    void any() {}
  }
}

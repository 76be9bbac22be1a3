package dev.sealift.kernel.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.GuestStep;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmExit;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmMsrFilter;
import dev.sealift.abi.kvm.KvmMsrFilterRange;
import dev.sealift.abi.kvm.KvmParavirtual;
import dev.sealift.abi.kvm.KvmRun;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A guest's access to a model-specific register")
class MsrExitsTest {
  private static final long SIZE = 0x10000;
  private static final int READY = KvmParavirtual.MSR_MIGRATION_CONTROL;
  private static final int STAR = 0xC000_0081;
  private static final int RDX = 3;
  private static final int READ = KvmMsrFilterRange.READ;
  private static final int WRITE = KvmMsrFilterRange.WRITE;
  private static final int FILTER = KvmRun.MSR_EXIT_REASON_FILTER;
  private static final int UNKNOWN = KvmRun.MSR_EXIT_REASON_UNKNOWN;

  private static ModelGuest reading(int index) {
    return guestThat(new GuestStep.MsrRead(index));
  }

  private static ModelGuest writing(int index, long value) {
    return guestThat(new GuestStep.MsrWrite(index, value));
  }

  private static ModelGuest guestThat(GuestStep does) {
    return ModelGuest.ready(TestProgram.once("reaches for a register", _ -> does), SIZE);
  }

  private static int bounce(ModelGuest guest, long reasons) {
    return guest.enableCapability(KvmCapability.X86_USER_SPACE_MSR, reasons);
  }

  private static void assertExit(ModelGuest guest, int exit, int reason, long data) {
    assertThat(guest.enterAndExit()).isEqualTo(exit);
    assertThat(KvmRun.MSR_REASON.get(guest.run)).isEqualTo(reason);
    assertThat(KvmRun.MSR_INDEX.get(guest.run)).isEqualTo(READY);
    assertThat(KvmRun.MSR_DATA.get(guest.run)).isEqualTo(data);
    assertThat(KvmRun.MSR_ERROR.get(guest.run)).isZero();
  }

  @Nested
  @DisplayName("that KVM serves")
  class Served {
    @Test
    void neverLeavesKvmRun() {
      ModelGuest guest =
          ModelGuest.ready(
              new TestProgram(
                  "writes and reads",
                  machine -> {
                    long step = machine.register(TestProgram.R8);
                    machine.setRegister(TestProgram.R8, step + 1);
                    return step == 0
                        ? new GuestStep.MsrWrite(STAR, 0x1122_3344_8899_AABBL)
                        : step == 1 ? new GuestStep.MsrRead(STAR) : new GuestStep.Halted();
                  }),
              SIZE);
      assertThat(bounce(guest, FILTER | UNKNOWN)).isZero();
      assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
      assertThat(guest.register(TestProgram.RAX)).isEqualTo(0x8899_AABBL);
      assertThat(guest.register(RDX)).isEqualTo(0x1122_3344);
    }

    @Test
    void isForRingZeroOnly() {
      for (GuestStep step :
          new GuestStep[] {new GuestStep.MsrRead(STAR), new GuestStep.MsrWrite(STAR, 1)}) {
        ModelGuest guest = guestThat(step);
        guest.enter(3, true);
        assertThat(guest.enterAndExit()).as("#GP without a handler").isEqualTo(KvmExit.SHUTDOWN);
      }
    }
  }

  @Nested
  @DisplayName("that KVM does not serve")
  class Bounced {
    @Test
    void goesToAVmmThatFiltersIt() {
      ModelGuest guest = writing(READY, 0x8765_4321_0000_0001L);
      assertThat(bounce(guest, FILTER)).isZero();
      assertThat(guest.filterMsr(READ | WRITE, READY)).isZero();
      assertExit(guest, KvmExit.X86_WRMSR, FILTER, 0x8765_4321_0000_0001L);
      assertThat(guest.enterAndExit()).as("and goes on").isEqualTo(KvmExit.HLT);
    }

    @Test
    void isAnsweredByTheVmm() {
      ModelGuest guest = reading(READY);
      assertThat(bounce(guest, FILTER)).isZero();
      assertThat(guest.filterMsr(READ | WRITE, READY)).isZero();
      guest.setRegister(TestProgram.RAX, -1);
      assertExit(guest, KvmExit.X86_RDMSR, FILTER, 0);
      KvmRun.MSR_DATA.set(guest.run, 0x8000_0001_9000_0002L);
      assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
      assertThat(guest.register(TestProgram.RAX)).isEqualTo(0x9000_0002L);
      assertThat(guest.register(RDX)).isEqualTo(0x8000_0001L);
    }

    @Test
    void isCompleteAfterAnEntryThatComesBackAtOnce() {
      ModelGuest guest = reading(READY);
      assertThat(bounce(guest, UNKNOWN)).isZero();
      assertExit(guest, KvmExit.X86_RDMSR, UNKNOWN, 0);
      KvmRun.MSR_DATA.set(guest.run, 7);
      KvmRun.IMMEDIATE_EXIT.set(guest.run, 1);
      assertThat(guest.enter()).isEqualTo(Errno.EINTR.negated());
      assertThat(guest.register(TestProgram.RAX)).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(ints = {KvmExit.X86_RDMSR, KvmExit.X86_WRMSR})
    void endsAGuestWithoutAHandlerWhenTheVmmRefuses(int exit) {
      ModelGuest guest = exit == KvmExit.X86_RDMSR ? reading(READY) : writing(READY, 2);
      assertThat(bounce(guest, UNKNOWN)).isZero();
      assertThat(guest.enterAndExit()).isEqualTo(exit);
      KvmRun.MSR_ERROR.set(guest.run, 1);
      assertThat(guest.enterAndExit()).as("#GP").isEqualTo(KvmExit.SHUTDOWN);
      assertThat(guest.register(RDX)).as("nothing was read").isEqualTo(0x600);
    }

    @ParameterizedTest(name = "denied {0}, reasons {1}: exit {2}")
    @CsvSource({
      "false, 0, 8",
      "false, 4, 8",
      "false, 2, 30",
      "false, 1, 8",
      "false, 7, 30",
      "true, 0, 8",
      "true, 2, 8",
      "true, 4, 30",
      "true, 1, 8",
      "true, 3, 8",
      "true, 7, 30",
    })
    void leavesKvmRunOnlyForTheReasonsThatTheVmmNamed(boolean denied, long reasons, int exit) {
      ModelGuest guest = writing(READY, 1);
      assertThat(bounce(guest, reasons)).isZero();
      if (denied) {
        assertThat(guest.filterMsr(READ | WRITE, READY)).isZero();
      }
      assertThat(guest.enterAndExit()).isEqualTo(exit);
      if (exit == KvmExit.X86_WRMSR) {
        assertThat(KvmRun.MSR_REASON.get(guest.run)).isEqualTo(denied ? FILTER : UNKNOWN);
      }
    }

    @ParameterizedTest
    @ValueSource(longs = {8, 1L << 32, -1})
    void isNotBouncedForReasonsThatThereAreNot(long reasons) {
      assertThat(bounce(reading(READY), reasons)).isEqualTo(Errno.EINVAL.negated());
    }
  }

  @Nested
  @DisplayName("through a filter")
  class Filtered {
    private final ModelGuest guest = writing(STAR, 1);

    private int exitThrough(int flags, KvmMsrFilterRange... ranges) {
      assertThat(bounce(guest, FILTER)).isZero();
      assertThat(guest.filterMsrs(flags, ranges)).isZero();
      return guest.enterAndExit();
    }

    private KvmMsrFilterRange range(int kinds, long count, int base, boolean allowing) {
      MemorySegment bitmap = guest.denyAll().fill((byte) (allowing ? -1 : 0));
      return new KvmMsrFilterRange(kinds, count, base, bitmap.address());
    }

    @Test
    void isAllowedOrDeniedByTheFirstRangeThatHasIt() {
      assertThat(
              exitThrough(
                  0,
                  range(WRITE, 8, STAR + 1, false),
                  range(WRITE, 1, STAR - 1, false),
                  range(READ, 8, STAR, false),
                  range(WRITE, 64, STAR - 63, true),
                  range(WRITE, 8, STAR, false)))
          .isEqualTo(KvmExit.HLT);
    }

    @Test
    void isDeniedByTheBitOfItsOwn() {
      KvmMsrFilterRange all = range(READ | WRITE, 0x3000, STAR - 0x2FFF, true);
      MemorySegment.ofAddress(all.bitmap())
          .reinterpret(0x600)
          .set(ValueLayout.JAVA_BYTE, 0x5FF, (byte) 0x7F);
      assertThat(exitThrough(0, all)).isEqualTo(KvmExit.X86_WRMSR);
    }

    @Test
    void isDeniedByDefaultWhereTheVmmSaysSo() {
      assertThat(exitThrough(KvmMsrFilter.DEFAULT_DENY, range(WRITE, 1, 0x10, true)))
          .isEqualTo(KvmExit.X86_WRMSR);
    }

    @Test
    void isDecidedByTheBitmapAsItWasWhenTheFilterWasSet() {
      KvmMsrFilterRange denying = range(WRITE, 1, STAR, false);
      assertThat(bounce(guest, FILTER)).isZero();
      assertThat(guest.filterMsrs(0, denying)).isZero();
      MemorySegment.ofAddress(denying.bitmap()).reinterpret(8).fill((byte) -1);
      assertThat(guest.enterAndExit()).isEqualTo(KvmExit.X86_WRMSR);
    }

    @Test
    void reachesTheX2apicWhateverTheFilterSays() {
      for (int index : new int[] {0x800, 0x8FF}) {
        ModelGuest asking = reading(index);
        assertThat(bounce(asking, FILTER | UNKNOWN)).isZero();
        assertThat(asking.filterMsr(READ, index)).isZero();
        assertThat(asking.enterAndExit()).isEqualTo(KvmExit.X86_RDMSR);
        assertThat(KvmRun.MSR_REASON.get(asking.run)).isEqualTo(UNKNOWN);
      }
      for (int index : new int[] {0x7FF, 0x900}) {
        ModelGuest asking = reading(index);
        assertThat(bounce(asking, FILTER | UNKNOWN)).isZero();
        assertThat(asking.filterMsr(READ, index)).isZero();
        assertThat(asking.enterAndExit()).isEqualTo(KvmExit.X86_RDMSR);
        assertThat(KvmRun.MSR_REASON.get(asking.run)).isEqualTo(FILTER);
      }
    }

    @Test
    void isAllowedAgainByAnEmptyFilter() {
      assertThat(guest.filterMsr(READ | WRITE, STAR)).isZero();
      assertThat(exitThrough(0)).isEqualTo(KvmExit.HLT);
    }

    @Test
    void isAllowedOrDeniedAsBeforeWhenAFilterIsRefused() {
      KvmMsrFilterRange good = range(WRITE, 1, STAR, false);
      assertThat(guest.filterMsrs(0, good)).isZero();
      int invalid = Errno.EINVAL.negated();
      int fault = Errno.EFAULT.negated();
      assertThat(guest.filterMsrs(2)).as("an unknown flag").isEqualTo(invalid);
      assertThat(guest.filterMsrs(2, good)).isEqualTo(invalid);
      assertThat(guest.filterMsrs(KvmMsrFilter.DEFAULT_DENY)).as("nothing left").isEqualTo(invalid);
      assertThat(guest.filterMsrs(KvmMsrFilter.DEFAULT_DENY, range(WRITE, 0, STAR, true)))
          .as("nothing left")
          .isEqualTo(invalid);
      assertThat(guest.filterMsrs(0, range(0, 1, STAR, true))).as("no access").isEqualTo(invalid);
      assertThat(guest.filterMsrs(0, range(4, 1, STAR, true))).as("no access").isEqualTo(invalid);
      assertThat(guest.filterMsrs(0, range(READ, 0x3001, 0, true))).as("long").isEqualTo(invalid);
      assertThat(guest.filterMsrs(0, range(READ, 0xFFFF_FFFFL, 0, true))).isEqualTo(invalid);
      assertThat(
              guest.filterMsrs(0, good, new KvmMsrFilterRange(READ, 1, 0, ModelHost.badAddress())))
          .isEqualTo(fault);
      assertThat(guest.filterMsrs(0, new KvmMsrFilterRange(4, 1, 0, ModelHost.badAddress())))
          .as("flags first")
          .isEqualTo(invalid);
      assertThat(
              guest.host.kvm.ioctl(guest.vm, KvmIoctl.X86_SET_MSR_FILTER, ModelHost.badAddress()))
          .isEqualTo(fault);
      assertThat(bounce(guest, FILTER)).isZero();
      assertThat(guest.enterAndExit()).isEqualTo(KvmExit.X86_WRMSR);
    }

    @Test
    void mayBeSetWithRangesThatAreNotUsed() {
      assertThat(guest.filterMsrs(0, new KvmMsrFilterRange(4, 0, 0, 0))).isZero();
      assertThat(guest.filterMsrs(0, new KvmMsrFilterRange(0, 0, 0, 0))).isZero();
    }
  }

  @Test
  void isOfferedToVmmsAsCapabilities() {
    ModelGuest guest = reading(READY);
    for (int capability :
        new int[] {KvmCapability.X86_USER_SPACE_MSR, KvmCapability.X86_MSR_FILTER}) {
      assertThat(guest.host.kvm.ioctl(guest.vm, KvmIoctl.CHECK_EXTENSION, capability)).isOne();
    }
    assertThat(guest.enableCapability(KvmCapability.X86_MSR_FILTER, 0))
        .as("nothing to enable")
        .isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void isNotAnsweredByCpuidThatTheVmmDidNotGive() {
    ModelGuest guest =
        ModelGuest.ready(
            TestProgram.once(
                "asks cpuid",
                machine -> {
                  var features = machine.cpuid(KvmParavirtual.CPUID_FEATURES, 5);
                  machine.setRegister(TestProgram.RBX, features.eax());
                  machine.setRegister(RDX, machine.cpuid(7, 0).eax());
                  return new GuestStep.Ran();
                }),
            SIZE);
    MemorySegment table = guest.host.argument(8 + 40);
    table.set(ValueLayout.JAVA_INT, 0, 1);
    table.set(ValueLayout.JAVA_INT, 8, KvmParavirtual.CPUID_FEATURES);
    table.set(ValueLayout.JAVA_INT, 20, 3 << 16);
    assertThat(guest.host.kvm.ioctl(guest.vcpu, KvmIoctl.SET_CPUID2, table.address())).isZero();
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
    assertThat(guest.register(TestProgram.RBX)).isEqualTo(3 << 16);
    assertThat(guest.register(RDX)).isZero();
  }
}

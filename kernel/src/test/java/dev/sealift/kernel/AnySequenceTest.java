package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevIoctl;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Whatever a process does with SEV's descriptors")
class AnySequenceTest {
  private static final int STEPS = 6000;
  private static final int ASIDS = 6;

  private static final Set<Integer> ERRORS =
      Set.of(
          Errno.EPERM.negated(),
          Errno.EIO.negated(),
          Errno.EBADF.negated(),
          Errno.ENOMEM.negated(),
          Errno.EFAULT.negated(),
          Errno.EBUSY.negated(),
          Errno.EINVAL.negated(),
          Errno.ENOTTY.negated());

  /** Numbers that structs have in interesting places: addresses are chosen by the test. */
  private static final long[] NUMBERS = {
    0, 1, 15, 16, 17, 52, 128, 4095, 4096, 4097, 16384, 16385, 0x7FFF_FFFFL, 0xFFFF_F001L, -1
  };

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private final List<Integer> vms = new ArrayList<>();
  private final List<Integer> vcpus = new ArrayList<>();
  private Random random = new Random(0);
  private TestHost host = TestHost.of(processor);
  private MemorySegment memory = MemorySegment.NULL;
  private MemorySegment readOnly = MemorySegment.NULL;
  private long gone;
  private int reader;
  private int writer;

  private int one(List<Integer> of) {
    return of.isEmpty() ? -1 : of.get(random.nextInt(of.size()));
  }

  private long address() {
    return switch (random.nextInt(8)) {
      case 0 -> 0;
      case 1 -> gone;
      case 2 -> readOnly.address() + random.nextInt(4096);
      case 3 -> memory.address() + memory.byteSize() - random.nextInt(64);
      default -> memory.address() + 8192 + 16L * random.nextInt(512);
    };
  }

  private long number() {
    return random.nextInt(3) == 0 ? random.nextInt(8192) : NUMBERS[random.nextInt(NUMBERS.length)];
  }

  /** A struct of addresses and numbers, as every parameter struct is one. */
  private long parameters() {
    MemorySegment struct = memory.asSlice(4096, 128);
    for (int at = 0; at < 128; at += 4) {
      boolean isAddress = random.nextBoolean() && at <= 120;
      if (isAddress) {
        struct.set(ValueLayout.JAVA_LONG_UNALIGNED, at, address());
        at += 4;
      } else {
        struct.set(ValueLayout.JAVA_INT_UNALIGNED, at, (int) number());
      }
    }
    return random.nextInt(10) == 0 ? address() : struct.address();
  }

  private long command(int[] ids, boolean packed) {
    MemorySegment struct = memory.asSlice(0, 24);
    struct.set(ValueLayout.JAVA_INT_UNALIGNED, 0, ids[random.nextInt(ids.length)]);
    struct.set(ValueLayout.JAVA_LONG_UNALIGNED, packed ? 4 : 8, parameters());
    if (!packed) {
      struct.set(ValueLayout.JAVA_INT_UNALIGNED, 20, random.nextInt(5) == 0 ? 0 : writer);
    }
    return random.nextInt(20) == 0 ? address() : struct.address();
  }

  private long capability() {
    MemorySegment struct = memory.asSlice(0, 104).fill((byte) 0);
    boolean copy = random.nextBoolean();
    struct.set(
        ValueLayout.JAVA_INT_UNALIGNED,
        0,
        copy ? KvmCapability.VM_COPY_ENC_CONTEXT_FROM : KvmCapability.VM_MOVE_ENC_CONTEXT_FROM);
    struct.set(ValueLayout.JAVA_LONG_UNALIGNED, 8, one(vms));
    return struct.address();
  }

  private static int[] vmCommands() {
    int[] ids = new int[28];
    for (int id = 0; id < 24; id++) {
      ids[id] = id;
    }
    ids[24] = 100;
    ids[25] = 101;
    ids[26] = 0x5EA0;
    ids[27] = 0x5EA1;
    return ids;
  }

  private int step() {
    SoftwareSev kernel = (SoftwareSev) host.calls;
    return switch (random.nextInt(12)) {
      case 0 -> {
        int vm = vms.size() < 10 ? host.createVm(random.nextInt(3) == 0 ? 2 : 0) : -1;
        if (vm >= 0) {
          vms.add(vm);
        }
        yield 0;
      }
      case 1 -> {
        int vm = one(vms);
        boolean last = random.nextInt(4) == 0;
        if (last && vm >= 0) {
          vms.remove((Integer) vm);
          yield host.calls.close(vm);
        }
        yield 0;
      }
      case 2 -> {
        int vcpu = kernel.dispatch(one(vms), KvmIoctl.CREATE_VCPU, random.nextInt(5));
        if (vcpu >= 0) {
          vcpus.add(vcpu);
        }
        yield Math.min(vcpu, 0);
      }
      case 3 -> kernel.dispatch(one(vcpus), KvmIoctl.GET_REGS, 0);
      case 4 -> kernel.dispatch(one(vms), KvmIoctl.ENABLE_CAP, capability());
      case 5 ->
          kernel.dispatch(
              one(vms),
              random.nextBoolean()
                  ? KvmIoctl.MEMORY_ENCRYPT_REG_REGION
                  : KvmIoctl.MEMORY_ENCRYPT_UNREG_REGION,
              parameters());
      case 6 -> {
        int[] ids = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
        yield kernel.dispatch(
            random.nextBoolean() ? reader : writer, SevIoctl.ISSUE_CMD, command(ids, true));
      }
      default ->
          kernel.dispatch(one(vms), KvmIoctl.MEMORY_ENCRYPT_OP, command(vmCommands(), false));
    };
  }

  /** The firmware agrees, mostly, but whoever looks into it sees no certainty. */
  private void moodyFirmware() {
    for (PspCommand command : PspCommand.values()) {
      switch (command) {
        case PLATFORM_STATUS, LAUNCH_START, RECEIVE_START, DF_FLUSH, INIT -> {}
        default ->
            processor.on(
                command,
                buffer ->
                    random.nextInt(4) == 0
                        ? FirmwareStatus.INVALID_GUEST_STATE
                        : FirmwareStatus.SUCCESS);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "3, 1", "4, 4", "5, 4", "6, 4"})
  void endsInAnAnswerAndLeavesNothingBehind(long seed, int minimumSevAsid) {
    processor.maximumAsid = ASIDS;
    processor.minimumSevAsid = minimumSevAsid;
    host = TestHost.of(processor, KernelSettings.DEFAULT.with(KernelProfile.EXTENDED));
    random = new Random(seed);
    moodyFirmware();
    memory = host.map(64 * 4096);
    readOnly = host.map(4096, MapFlags.PROT_READ);
    gone = host.unmapped();
    reader = host.openSev(OpenFlags.O_RDONLY);
    writer = host.openSev(OpenFlags.O_RDWR);
    // With SEV-ES the driver gives the firmware a region, and keeps it that way.
    host.issue(writer, SevDeviceCommand.PDH_GEN, 0);
    int ranges = host.physicalMemory.ranges();
    List<SevVirtualMachine> seen = new ArrayList<>();
    int successes = 0;
    int mirrors = 0;

    for (int i = 0; i < STEPS; i++) {
      int result = step();
      assertThat(result == 0 || ERRORS.contains(result)).as("step %d: %d", i, result).isTrue();
      successes += result == 0 ? 1 : 0;
      vms.stream().map(host.vms::at).filter(vm -> !seen.contains(vm)).forEach(seen::add);
      mirrors += vms.stream().anyMatch(vm -> host.vms.at(vm).isMirror()) ? 1 : 0;
      processor.forget();
    }

    // The sequence went somewhere.
    assertThat(successes).isGreaterThan(STEPS / 10);
    assertThat(mirrors).isPositive();
    assertThat(seen).anyMatch(SevVirtualMachine::isDead);
    vms.forEach(host.calls::close);
    assertThat(seen).allMatch(vm -> vm.pinnedPages().locked() == 0 && vm.asid() == 0);
    assertThat(host.physicalMemory.ranges()).isEqualTo(ranges);
    for (int asid = 1; asid <= ASIDS; asid++) {
      SevCommand init = asid < minimumSevAsid ? SevCommand.ES_INIT : SevCommand.INIT;
      assertThat(host.op(host.createVm(), init).result()).isZero();
    }
  }
}

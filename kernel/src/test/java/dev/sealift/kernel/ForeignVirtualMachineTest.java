package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.kvm.KvmEncRegion;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.sev.KvmSevCmd;
import dev.sealift.abi.sev.KvmSevLaunchMeasure;
import dev.sealift.abi.sev.KvmSevLaunchStart;
import dev.sealift.abi.sev.KvmSevLaunchUpdateData;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchDigest;
import dev.sealift.crypto.LaunchMeasurement;
import dev.sealift.crypto.TransportKeys;
import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.firmware.PlainMemoryController;
import dev.sealift.firmware.SoftwareSecureProcessor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A VM of another process")
class ForeignVirtualMachineTest {
  private static final int DEVICE = 7;
  private static final long ADDRESS = 0x7F00_0000_0000L;
  private static final long SIZE = 8L << 20;
  private static final long STRUCTS = ADDRESS + SIZE - 4096;

  private final TestHost host =
      new TestHost(
          PlainMemoryController::new,
          (memory, controller) ->
              SoftwareSecureProcessor.builder()
                  .rootOfTrust(RootOfTrust.of(Generation.MILAN))
                  .asids(8, 1)
                  .build(memory, controller),
          KernelSettings.DEFAULT);
  private final Process process = new Process();
  private final ForeignVirtualMachine vm =
      ((SoftwareSev) host.calls).foreignVm(host.physicalMemory, process);
  private final int rangesBefore = host.physicalMemory.ranges();

  /** A process with eight megabytes of memory, whose first page may only be read. */
  private static final class Process implements ForeignCaller {
    final MemorySegment memory = MemorySegment.ofArray(new byte[(int) SIZE]);

    /** An address that is not there any more, though it is said to be; zero for none. */
    long lost;

    int reads;
    int device = DEVICE;

    private boolean has(long address, long length) {
      return address >= ADDRESS && address - ADDRESS <= SIZE - length;
    }

    @Override
    public boolean read(long address, MemorySegment into) {
      reads++;
      boolean lostIn = lost >= address && lost < address + into.byteSize();
      if (lostIn || !has(address, into.byteSize())) {
        return false;
      }
      MemorySegment.copy(memory, address - ADDRESS, into, 0, into.byteSize());
      return true;
    }

    @Override
    public boolean write(long address, MemorySegment from) {
      if (!has(address, from.byteSize())) {
        return false;
      }
      MemorySegment.copy(from, 0, memory, address - ADDRESS, from.byteSize());
      return true;
    }

    @Override
    public long mappedBytes(long address, UserMemory.Access access) {
      boolean allowed = access == UserMemory.Access.READ || address >= ADDRESS + 4096;
      return has(address, 1) && allowed ? ADDRESS + SIZE - address : 0;
    }

    @Override
    public boolean hasSevOpen(int fd) {
      return fd == device;
    }

    MemorySegment at(long address, long size) {
      return memory.asSlice(address - ADDRESS, size);
    }
  }

  private int error() {
    return KvmSevCmd.read(process.at(STRUCTS, KvmSevCmd.LAYOUT.size())).error();
  }

  private int command(SevCommand command, Consumer<MemorySegment> parameters) {
    long data = STRUCTS + 64;
    parameters.accept(process.at(data, 128));
    new KvmSevCmd(command.id(), data, 0, DEVICE)
        .write(process.at(STRUCTS, KvmSevCmd.LAYOUT.size()));
    return vm.ioctl(KvmIoctl.MEMORY_ENCRYPT_OP, STRUCTS);
  }

  private int start() {
    assertThat(command(SevCommand.INIT, none -> {})).isZero();
    return command(SevCommand.LAUNCH_START, new KvmSevLaunchStart(0, 1, 0, 0, 0, 0)::write);
  }

  private int update(long address, int length) {
    return command(
        SevCommand.LAUNCH_UPDATE_DATA, new KvmSevLaunchUpdateData(address, length)::write);
  }

  private int region(int request, long address, long size) {
    new KvmEncRegion(address, size).write(process.at(STRUCTS, KvmEncRegion.LAYOUT.size()));
    return vm.ioctl(request, STRUCTS);
  }

  @Test
  void isMeasuredByWhatTheProcessHasInItsMemory() {
    int length = 2 << 20;
    byte[] image = new byte[length];
    new Random(6).nextBytes(image);
    long address = ADDRESS + 4096 + 16;
    process.at(address, length).copyFrom(MemorySegment.ofArray(image));

    assertThat(start()).isZero();
    assertThat(update(address, length)).isZero();
    assertThat(process.at(address, length).toArray(ValueLayout.JAVA_BYTE))
        .as("this machine has no keys")
        .isEqualTo(image);

    long where = ADDRESS + 0x1000;
    assertThat(command(SevCommand.LAUNCH_MEASURE, new KvmSevLaunchMeasure(where, 48)::write))
        .isZero();
    byte[] answer = process.at(where, 48).toArray(ValueLayout.JAVA_BYTE);
    byte[] mac = Arrays.copyOf(answer, LaunchMeasurement.SIZE);
    byte[] nonce = Arrays.copyOfRange(answer, LaunchMeasurement.SIZE, 48);
    LaunchDigest digest = new LaunchDigest();
    digest.update(image);
    assertThat(mac)
        .isEqualTo(
            LaunchMeasurement.compute(
                TransportKeys.zero(),
                new ApiVersion(1, 55),
                21,
                new GuestPolicy(1),
                digest.value(),
                nonce));
  }

  @Test
  void isReadInLargePieces() {
    assertThat(start()).isZero();
    process.reads = 0;
    assertThat(update(ADDRESS + 4096, 4 << 20)).isZero();
    assertThat(process.reads).isLessThan(32);
  }

  @Test
  void keepsNoAddressFromOneCallToTheNext() {
    assertThat(start()).isZero();
    assertThat(update(ADDRESS + 4096, 4096)).isZero();
    assertThat(update(ADDRESS, 4096)).isEqualTo(Errno.ENOMEM.negated());
    // Headers and ciphertexts have memory of the kernel's own; nothing here needed any.
    assertThat(host.physicalMemory.ranges()).isEqualTo(rangesBefore);
  }

  @Test
  void pinsOnlyWhatTheProcessHasAndMayWrite() {
    assertThat(start()).isZero();
    int register = KvmIoctl.MEMORY_ENCRYPT_REG_REGION;
    assertThat(region(register, ADDRESS, 8192)).isEqualTo(Errno.ENOMEM.negated());
    assertThat(region(register, ADDRESS + 4096, SIZE)).isEqualTo(Errno.ENOMEM.negated());
    assertThat(region(register, ADDRESS + 4096, 8192)).isZero();
    assertThat(region(KvmIoctl.MEMORY_ENCRYPT_UNREG_REGION, ADDRESS + 4096, 8192)).isZero();
    assertThat(region(KvmIoctl.MEMORY_ENCRYPT_UNREG_REGION, ADDRESS + 4096, 8192))
        .isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void isAnErrorOfTheFirmwareWhereMemoryGoesInTheMiddleOfACall() {
    assertThat(start()).isZero();
    process.lost = ADDRESS + (1 << 20);
    assertThat(update(ADDRESS + 4096, 2 << 20)).isEqualTo(Errno.EIO.negated());
    assertThat(error()).isEqualTo(FirmwareStatus.INVALID_ADDRESS.code());
    assertThat(host.physicalMemory.ranges()).isEqualTo(rangesBefore);
    assertThat(vm.ioctl(KvmIoctl.MEMORY_ENCRYPT_OP, 8)).isEqualTo(Errno.EFAULT.negated());
  }

  @Test
  void needsItsProcessToHaveTheDeviceOpen() {
    process.device = DEVICE + 1;
    assertThat(start()).isEqualTo(Errno.EBADF.negated());
    process.device = DEVICE;
    assertThat(command(SevCommand.LAUNCH_START, new KvmSevLaunchStart(0, 1, 0, 0, 0, 0)::write))
        .isZero();
    assertThat(command(SevCommand.LAUNCH_MEASURE, new KvmSevLaunchMeasure(0, 0)::write))
        .isEqualTo(Errno.EIO.negated());
    assertThat(error()).isEqualTo(FirmwareStatus.INVALID_LEN.code());
  }

  @Test
  void givesBackItsAddressSpaceWhenItIsClosed() {
    for (int i = 0; i < 20; i++) {
      ForeignVirtualMachine next =
          ((SoftwareSev) host.calls).foreignVm(host.physicalMemory, process);
      new KvmSevCmd(SevCommand.INIT.id(), 0, 0, DEVICE)
          .write(process.at(STRUCTS, KvmSevCmd.LAYOUT.size()));
      assertThat(next.ioctl(KvmIoctl.MEMORY_ENCRYPT_OP, STRUCTS)).isZero();
      next.close();
      assertThat(next.ioctl(KvmIoctl.MEMORY_ENCRYPT_OP, STRUCTS)).isEqualTo(Errno.EBADF.negated());
    }
  }

  @Test
  void hasNoOtherIoctlHere() {
    assertThat(vm.ioctl(KvmIoctl.CREATE_VCPU, 0)).isEqualTo(Errno.ENOTTY.negated());
  }
}

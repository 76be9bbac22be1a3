package dev.sealift.vmm.guest;

import dev.sealift.abi.GuestMachine;
import dev.sealift.abi.GuestProgram;
import dev.sealift.abi.GuestStep;
import dev.sealift.abi.kvm.KvmParavirtual;
import dev.sealift.abi.kvm.KvmRegs;
import dev.sealift.vmm.GuestMemory;
import dev.sealift.vmm.GuestPorts;
import dev.sealift.vmm.PortDevice;
import dev.sealift.vmm.Vcpu;
import dev.sealift.vmm.VirtualMachine;
import dev.sealift.vmm.VmmException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A guest that does nothing: all its memory is private, it says that it may be moved, and then
 * reads {@link GuestPorts#COMMAND} for ever, without a write to memory. What its memory holds
 * beyond the image is for others to choose.
 *
 * <p>There is no interrupt to wake it from a halt. So the host lets it rest at the port: see {@link
 * #rest}. The object is the program for hosts whose processor is a model.
 */
public final class IdleGuest implements GuestProgram {
  /** Bytes from address 0 on that hold the program. */
  public static final int IMAGE_BYTES = 0x10000;

  /** What it is called in a guest's configuration. */
  public static final String WORKLOAD = "idle";

  private static final String SIGNATURE = "sealift idle guest 1";

  /** mov $1, %eax; out %eax, $0xF4; then again and again: in $0xE4, %eax. */
  private static final String CODE = "b801000000e7f4e5e4ebfc";

  private static final int LOOP = BootImage.ENTRY + 7;
  private static final long FLAGS = 2;
  private static final int RIP = 16;
  private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  public IdleGuest() {}

  /**
   * The program, as it is measured.
   *
   * @param memoryBytes the guest's memory
   */
  public static byte[] image(long memoryBytes) {
    return BootImage.of(IMAGE_BYTES, memoryBytes, signatureBytes(), HexFormat.of().parseHex(CODE));
  }

  /** Puts the program into memory. */
  public static void load(GuestMemory memory) {
    byte[] image = image(memory.size());
    MemorySegment.copy(image, 0, memory.segment(), ValueLayout.JAVA_BYTE, 0, image.length);
  }

  /** Sets a vCPU's first registers. */
  public static void prepare(Vcpu vcpu) throws VmmException {
    vcpu.enterLongMode(BootImage.PAGE_TABLES, BootImage.DESCRIPTOR_TABLE);
    vcpu.setRegisters(
        new KvmRegs(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, BootImage.ENTRY, FLAGS));
  }

  /** Has the host answer it a millisecond late, so that it takes no time from anybody. */
  public static void rest(VirtualMachine machine) {
    machine
        .ports()
        .attach(
            GuestPorts.COMMAND,
            new PortDevice() {
              @Override
              public int read() {
                LockSupport.parkNanos(REST_NANOS);
                return 0;
              }

              @Override
              public void write(int value) {}
            });
  }

  @Override
  public byte[] signature() {
    return signatureBytes();
  }

  private static byte[] signatureBytes() {
    return Arrays.copyOf(SIGNATURE.getBytes(StandardCharsets.US_ASCII), SIGNATURE_SIZE);
  }

  @Override
  public GuestStep step(GuestMachine machine) {
    if (machine.register(RIP) == BootImage.ENTRY) {
      machine.setRegister(RIP, LOOP);
      return new GuestStep.PortWrite(GuestPorts.MIGRATION_CONTROL, KvmParavirtual.MIGRATION_READY);
    }
    return new GuestStep.PortRead(GuestPorts.COMMAND);
  }
}

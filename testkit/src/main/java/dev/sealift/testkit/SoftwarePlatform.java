package dev.sealift.testkit;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.firmware.SecureProcessor;
import dev.sealift.vmm.ExportedCertificates;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A Secure Processor in software, its certificates up to a model root, and a little memory for
 * commands that the test lays out itself, beside those of the kernel above.
 */
public final class SoftwarePlatform {
  /** The longest command buffer, in bytes. */
  private static final int BUFFER = 4096;

  private final FaultyProcessor processor;
  private final ProcessorFaults faults;
  private final HostMemory memory;
  private final Host host;
  private long next = HostMemory.START + BUFFER;

  SoftwarePlatform(
      FaultyProcessor processor, ProcessorFaults faults, HostMemory memory, Host host) {
    this.processor = processor;
    this.faults = faults;
    this.memory = memory;
    this.host = host;
  }

  /** The processor, with its faults. */
  public SecureProcessor processor() {
    return processor;
  }

  /** What goes wrong with it. */
  public ProcessorFaults faults() {
    return faults;
  }

  /** The root that its chain leads to: a model's, the same for all platforms of this JVM. */
  public RootOfTrust root() {
    return ModelRoots.root().root();
  }

  /** What it shows to others: PDH, PEK, OCA, the CEK as its maker has signed it, ASK and ARK. */
  public PlatformChain chain() throws VmmException {
    try (SevPlatform device = SevPlatform.open(host)) {
      ExportedCertificates exported = device.exportCertificates();
      byte[] chain = exported.chain();
      int last = chain.length - SevCertificate.SIZE;
      SevCertificate cek =
          ModelRoots.root()
              .sign(SevCertificate.parse(Arrays.copyOfRange(chain, last, chain.length)));
      System.arraycopy(cek.bytes(), 0, chain, last, SevCertificate.SIZE);
      return PlatformChain.parse(exported.pdh(), chain, ModelRoots.root().amdCertificates());
    } catch (MalformedCertificateException impossible) {
      throw new IllegalStateException("the processor exports what it cannot read", impossible);
    }
  }

  /**
   * Runs a command from beside the kernel.
   *
   * @param buffer the command buffer, up to 4096 bytes; afterwards it holds what the firmware wrote
   *     back
   */
  public synchronized FirmwareStatus command(PspCommand command, MemorySegment buffer) {
    if (buffer.byteSize() > BUFFER) {
      throw new IllegalArgumentException("no command buffer has " + buffer.byteSize() + " bytes");
    }
    memory.write(HostMemory.START, buffer);
    FirmwareStatus status = processor.command(command.id(), HostMemory.START);
    memory.read(HostMemory.START, buffer);
    return status;
  }

  /**
   * Puts bytes into memory, for commands to refer to. There is room for nearly 1 MiB in a test.
   *
   * @return their system physical address, a multiple of 4096
   */
  public synchronized long place(byte[] bytes) {
    long address = next;
    if (!memory.write(address, MemorySegment.ofArray(bytes))) {
      throw new IllegalStateException("the test has placed 1 MiB, and there is no more room");
    }
    next += (bytes.length + BUFFER - 1L) / BUFFER * BUFFER;
    return address;
  }

  /**
   * What lies in memory, as DRAM holds it.
   *
   * @param address a system physical address
   * @throws IllegalArgumentException if there is no memory
   */
  public byte[] at(long address, int length) {
    MemorySegment bytes = MemorySegment.ofArray(new byte[length]);
    if (!memory.read(address, bytes)) {
      throw new IllegalArgumentException("there is no memory at 0x" + Long.toHexString(address));
    }
    return bytes.toArray(ValueLayout.JAVA_BYTE);
  }

  int activeAsids() {
    return processor.activeAsids();
  }
}

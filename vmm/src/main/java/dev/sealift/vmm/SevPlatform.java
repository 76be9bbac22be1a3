package dev.sealift.vmm;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.abi.sev.SevIssueCmd;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.abi.sev.SevUserDataGetId2;
import dev.sealift.abi.sev.SevUserDataPdhCertExport;
import dev.sealift.abi.sev.SevUserDataPekCertImport;
import dev.sealift.abi.sev.SevUserDataPekCsr;
import dev.sealift.abi.sev.SevUserDataStatus;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The machine's Secure Processor, through /dev/sev.
 *
 * <p>Commands that need an initialised platform initialise one that is not; kernels of 2025 and
 * later take it down again behind the command. Those that change who the platform is are refused
 * while there are guests, but for PDH_GEN.
 *
 * <p>Source: uapi linux/psp-sev.h; AMD publication 55766. Thread-safe.
 */
public final class SevPlatform implements AutoCloseable {
  private static final String PATH = "/dev/sev";
  private static final int FLAG_EXTERNALLY_OWNED = 1;
  private static final int FLAG_ES = 0x100;

  private final Host host;
  private final Descriptor device;
  private final CallMemory callMemory;

  private SevPlatform(Host host, Descriptor device) {
    this.host = host;
    this.device = device;
    callMemory = new CallMemory(host);
  }

  public static SevPlatform open(Host host) throws VmmException {
    return new SevPlatform(host, device(host));
  }

  /** A descriptor of the driver. */
  static Descriptor device(Host host) throws VmmException {
    return Descriptor.open(host, PATH, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
  }

  public Host host() {
    return host;
  }

  /** PLATFORM_STATUS. */
  public PlatformStatus status() throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment data = call.take(SevUserDataStatus.LAYOUT.size());
      issue(call, SevDeviceCommand.PLATFORM_STATUS, data);
      SevUserDataStatus status = SevUserDataStatus.read(data);
      PlatformState state = PlatformState.of(status.state());
      if (state == null) {
        throw new VmmException(
            "SEV_PLATFORM_STATUS",
            "The platform says it is in state %d, which is none: update its firmware."
                .formatted(status.state()));
      }
      return new PlatformStatus(
          status.apiMajor(),
          status.apiMinor(),
          status.build(),
          state,
          (status.flags() & FLAG_EXTERNALLY_OWNED) != 0,
          (status.flags() & FLAG_ES) != 0,
          status.guestCount());
    }
  }

  /** PDH_CERT_EXPORT: first how long the certificates are, then the certificates. */
  public ExportedCertificates exportCertificates() throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment data = call.take(SevUserDataPdhCertExport.LAYOUT.size());
      askLength(call, SevDeviceCommand.PDH_CERT_EXPORT, data);
      SevUserDataPdhCertExport lengths = SevUserDataPdhCertExport.read(data);
      MemorySegment pdh = room(call, SevDeviceCommand.PDH_CERT_EXPORT, lengths.pdhCertLen());
      MemorySegment chain = room(call, SevDeviceCommand.PDH_CERT_EXPORT, lengths.certChainLen());
      new SevUserDataPdhCertExport(pdh.address(), pdh.byteSize(), chain.address(), chain.byteSize())
          .write(data);
      issue(call, SevDeviceCommand.PDH_CERT_EXPORT, data);
      return new ExportedCertificates(
          pdh.toArray(ValueLayout.JAVA_BYTE), chain.toArray(ValueLayout.JAVA_BYTE));
    }
  }

  /**
   * FACTORY_RESET: the platform forgets its owner, PEK and PDH, and makes itself new ones when it
   * is initialised next. Every session that was made for the old PDH is void.
   *
   * @throws VmmException with EBUSY while there are guests
   */
  public void factoryReset() throws VmmException {
    issue(SevDeviceCommand.FACTORY_RESET);
  }

  /**
   * PEK_GEN: a new OCA of the platform's own, a new PEK and a new PDH. Every session that was made
   * for the old PDH is void.
   */
  public void generatePek() throws VmmException {
    issue(SevDeviceCommand.PEK_GEN);
  }

  /** PDH_GEN: a new PDH. Every session that was made for the old one is void. */
  public void generatePdh() throws VmmException {
    issue(SevDeviceCommand.PDH_GEN);
  }

  /** PEK_CSR: the PEK's certificate for an owner to sign, both signatures empty, 2084 bytes. */
  public byte[] pekSigningRequest() throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment data = call.take(SevUserDataPekCsr.LAYOUT.size());
      askLength(call, SevDeviceCommand.PEK_CSR, data);
      MemorySegment request =
          room(call, SevDeviceCommand.PEK_CSR, SevUserDataPekCsr.read(data).length());
      new SevUserDataPekCsr(request.address(), request.byteSize()).write(data);
      issue(call, SevDeviceCommand.PEK_CSR, data);
      return request.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /**
   * PEK_CERT_IMPORT: the platform belongs to an owner from now on, and has a new PDH. Every session
   * that was made for the old one is void.
   *
   * @param pek the answer to {@link #pekSigningRequest} with the owner's signature, 2084 bytes
   * @param oca the owner's certificate, 2084 bytes
   * @throws IllegalArgumentException if one is longer than any blob may be
   * @throws VmmException with ALREADY_OWNED, INVALID_CERTIFICATE or BAD_SIGNATURE; nothing has
   *     changed then
   */
  public void importPek(byte[] pek, byte[] oca) throws VmmException {
    if (pek.length > SevLimits.FIRMWARE_BLOB_MAX || oca.length > SevLimits.FIRMWARE_BLOB_MAX) {
      throw new IllegalArgumentException("no certificate is that long");
    }
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment pekCopy = call.copy(pek);
      MemorySegment ocaCopy = call.copy(oca);
      MemorySegment data = call.take(SevUserDataPekCertImport.LAYOUT.size());
      new SevUserDataPekCertImport(pekCopy.address(), pek.length, ocaCopy.address(), oca.length)
          .write(data);
      issue(call, SevDeviceCommand.PEK_CERT_IMPORT, data);
    }
  }

  /** GET_ID2: the id under which AMD's key service knows this machine's sockets, 64 bytes each. */
  public byte[] chipId() throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment data = call.take(SevUserDataGetId2.LAYOUT.size());
      askLength(call, SevDeviceCommand.GET_ID2, data);
      MemorySegment id =
          room(call, SevDeviceCommand.GET_ID2, SevUserDataGetId2.read(data).length());
      new SevUserDataGetId2(id.address(), id.byteSize()).write(data);
      issue(call, SevDeviceCommand.GET_ID2, data);
      long length = Math.min(id.byteSize(), SevUserDataGetId2.read(data).length());
      return id.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private MemorySegment room(CallMemory.Frame call, SevDeviceCommand command, long length)
      throws VmmException {
    if (length == 0 || length > SevLimits.FIRMWARE_BLOB_MAX) {
      throw new VmmException(
          "SEV_" + command,
          "The platform wants %d bytes for %s, more than any answer has or none: update its firmware."
              .formatted(length, command));
    }
    return call.take(length);
  }

  /** A command with zero lengths: it is refused with INVALID_LEN and says what it needs. */
  private void askLength(CallMemory.Frame call, SevDeviceCommand command, MemorySegment data)
      throws VmmException {
    try {
      issue(call, command, data);
    } catch (VmmException refused) {
      if (refused.status() != FirmwareStatus.INVALID_LEN) {
        throw refused;
      }
    }
  }

  /** A command without parameters. */
  private void issue(SevDeviceCommand command) throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      issue(call, command, MemorySegment.NULL);
    }
  }

  private void issue(CallMemory.Frame call, SevDeviceCommand command, MemorySegment data)
      throws VmmException {
    MemorySegment request = call.take(SevIssueCmd.LAYOUT.size());
    new SevIssueCmd(command.id(), data.address(), 0).write(request);
    SevCommandEvent event = SevCommandEvent.start();
    int result = device.tryIoctl(SevIoctl.ISSUE_CMD, request.address());
    if (event != null) {
      int answer = SevIssueCmd.read(request).error();
      event.answered(command.name(), device.fd(), 0, result, answer);
    }
    if (result < 0) {
      String operation = "SEV_" + command;
      Errno errno = Errno.of(result);
      int code = SevIssueCmd.read(request).error();
      FirmwareStatus status = FirmwareStatus.of(code);
      throw errno.equals(Errno.EIO) && code != 0
          ? VmmException.ofFirmware(
              operation,
              PATH,
              errno,
              code,
              status == null ? "update it" : Advice.after(command, status))
          : VmmException.ofCall(operation, PATH, errno);
    }
  }

  @Override
  public void close() {
    callMemory.close();
    device.close();
  }
}

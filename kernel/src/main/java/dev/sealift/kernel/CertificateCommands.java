package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.PdhCertExportBuffer;
import dev.sealift.abi.psp.PekCertImportBuffer;
import dev.sealift.abi.psp.PekCsrBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.abi.sev.SevUserDataPdhCertExport;
import dev.sealift.abi.sev.SevUserDataPekCertImport;
import dev.sealift.abi.sev.SevUserDataPekCsr;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * PEK_GEN, PEK_CSR, PDH_GEN, PDH_CERT_EXPORT and PEK_CERT_IMPORT of /dev/sev: the platform's
 * identity. Each needs a platform that is initialised; where it is not, it is brought up for the
 * one command and taken down again.
 */
final class CertificateCommands {
  private static final Field.U32 PDH_CERT_LEN =
      (Field.U32) SevUserDataPdhCertExport.LAYOUT.field("pdh_cert_len");
  private static final Field.U32 CERT_CHAIN_LEN =
      (Field.U32) SevUserDataPdhCertExport.LAYOUT.field("cert_chain_len");

  private final SevModule module;
  private final SevDriver driver;

  CertificateCommands(SevModule module) {
    this.module = module;
    this.driver = module.driver();
  }

  /** What is done while the platform is up. */
  private interface Command {
    int run() throws Refusal;
  }

  int generatePek(DeviceCall call) throws Refusal {
    return generate(PspCommand.PEK_GEN, call);
  }

  int generatePdh(DeviceCall call) throws Refusal {
    return generate(PspCommand.PDH_GEN, call);
  }

  private int generate(PspCommand command, DeviceCall call) throws Refusal {
    call.requireWritable();
    return whileInitialised(call, () -> driver.mailbox().run(command, call.error()));
  }

  int pekSigningRequest(DeviceCall call) throws Refusal {
    call.requireWritable();
    MemorySegment struct = copyIn(call, SevUserDataPekCsr.LAYOUT.size());
    SevUserDataPekCsr parameters = SevUserDataPekCsr.read(struct);
    boolean query = parameters.address() == 0 || parameters.length() == 0;
    try (KernelBuffer request = query ? null : allocate(parameters.length())) {
      return whileInitialised(
          call,
          () -> {
            MemorySegment command = MemorySegment.ofArray(new byte[PekCsrBuffer.LAYOUT.size()]);
            new PekCsrBuffer(addressOf(request), query ? 0 : parameters.length()).write(command);
            int result = run(PspCommand.PEK_CSR, command, call);
            long length = PekCsrBuffer.read(command).len();
            new SevUserDataPekCsr(parameters.address(), length).write(struct);
            copyOut(call, call.data(), struct);
            if (result == 0) {
              copyOut(call, parameters.address(), request, length);
            }
            return result;
          });
    }
  }

  int exportPdh(DeviceCall call) throws Refusal {
    MemorySegment struct = copyIn(call, SevUserDataPdhCertExport.LAYOUT.size());
    SevUserDataPdhCertExport parameters = SevUserDataPdhCertExport.read(struct);
    boolean query =
        parameters.pdhCertAddress() == 0
            || parameters.pdhCertLen() == 0
            || parameters.certChainAddress() == 0;
    try (KernelBuffer pdh = query ? null : allocate(parameters.pdhCertLen());
        KernelBuffer chain = query ? null : allocate(parameters.certChainLen())) {
      if (!driver.initialised()) {
        call.requireWritable();
      }
      return whileInitialised(
          call,
          () -> {
            MemorySegment command =
                MemorySegment.ofArray(new byte[PdhCertExportBuffer.LAYOUT.size()]);
            new PdhCertExportBuffer(
                    addressOf(pdh),
                    query ? 0 : parameters.pdhCertLen(),
                    addressOf(chain),
                    query ? 0 : parameters.certChainLen())
                .write(command);
            int result = run(PspCommand.PDH_CERT_EXPORT, command, call);
            PdhCertExportBuffer answer = PdhCertExportBuffer.read(command);
            PDH_CERT_LEN.setUnsigned(struct, answer.pdhCertLen());
            CERT_CHAIN_LEN.setUnsigned(struct, answer.certChainLen());
            copyOut(call, call.data(), struct);
            if (result == 0) {
              copyOut(call, parameters.pdhCertAddress(), pdh, answer.pdhCertLen());
              copyOut(call, parameters.certChainAddress(), chain, answer.certChainLen());
            }
            return result;
          });
    }
  }

  int importPek(DeviceCall call) throws Refusal {
    call.requireWritable();
    SevUserDataPekCertImport parameters =
        SevUserDataPekCertImport.read(copyIn(call, SevUserDataPekCertImport.LAYOUT.size()));
    try (KernelBuffer pek = copyOf(call, parameters.pekCertAddress(), parameters.pekCertLen());
        KernelBuffer oca = copyOf(call, parameters.ocaCertAddress(), parameters.ocaCertLen())) {
      return whileInitialised(
          call,
          () -> {
            MemorySegment command =
                MemorySegment.ofArray(new byte[PekCertImportBuffer.LAYOUT.size()]);
            new PekCertImportBuffer(
                    addressOf(pek),
                    parameters.pekCertLen(),
                    addressOf(oca),
                    parameters.ocaCertLen())
                .write(command);
            return run(PspCommand.PEK_CERT_IMPORT, command, call);
          });
    }
  }

  private int whileInitialised(DeviceCall call, Command command) throws Refusal {
    if (driver.initialised()) {
      return command.run();
    }
    int result = driver.initialise(call.error());
    if (result != 0) {
      return result;
    }
    try {
      return command.run();
    } finally {
      driver.shutDown(new FirmwareError());
    }
  }

  private int run(PspCommand command, MemorySegment parameters, DeviceCall call) {
    return driver.mailbox().run(command, parameters, (int) parameters.byteSize(), call.error());
  }

  private static MemorySegment copyIn(DeviceCall call, int size) throws Refusal {
    MemorySegment struct = MemorySegment.ofArray(new byte[size]);
    if (!call.user().read(call.data(), struct)) {
      throw new Refusal(Errno.EFAULT);
    }
    return struct;
  }

  private KernelBuffer copyOf(DeviceCall call, long address, long length) throws Refusal {
    return module.memory().copyOf(call.user(), address, length);
  }

  /** Here too long a blob is a bad address, not a bad argument. */
  private KernelBuffer allocate(long length) throws Refusal {
    if (length > SevLimits.FIRMWARE_BLOB_MAX) {
      throw new Refusal(Errno.EFAULT);
    }
    return module.memory().allocate(length);
  }

  private long addressOf(@Nullable KernelBuffer buffer) {
    return buffer == null ? 0 : module.features().hostAddress(buffer.address());
  }

  /** Copies what the firmware wrote, but never more than the buffer that it was given. */
  private static void copyOut(
      DeviceCall call, long address, @Nullable KernelBuffer buffer, long length) throws Refusal {
    if (buffer != null) {
      copyOut(
          call, address, buffer.bytes().asSlice(0, Math.min(length, buffer.bytes().byteSize())));
    }
  }

  private static void copyOut(DeviceCall call, long address, MemorySegment bytes) throws Refusal {
    if (!call.user().write(address, bytes)) {
      throw new Refusal(Errno.EFAULT);
    }
  }
}

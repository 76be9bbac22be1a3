package dev.sealift.firmware;

import static dev.sealift.abi.psp.PspCommand.PDH_CERT_EXPORT;
import static dev.sealift.abi.psp.PspCommand.PDH_GEN;
import static dev.sealift.abi.psp.PspCommand.PEK_CERT_IMPORT;
import static dev.sealift.abi.psp.PspCommand.PEK_CSR;
import static dev.sealift.abi.psp.PspCommand.PEK_GEN;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.PdhCertExportBuffer;
import dev.sealift.abi.psp.PekCsrBuffer;
import dev.sealift.crypto.cert.CertificateSigner;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Commands that show and change who the platform is.
 *
 * <p>Source: AMD publication 55766, PEK_GEN, PEK_CSR, PEK_CERT_IMPORT, PDH_GEN, PDH_CERT_EXPORT.
 */
final class IdentityCommands {
  private static final Field.U32 CSR_LEN = (Field.U32) PekCsrBuffer.LAYOUT.field("len");
  private static final Field.U32 PDH_LEN =
      (Field.U32) PdhCertExportBuffer.LAYOUT.field("pdh_cert_len");
  private static final Field.U32 CHAIN_LEN =
      (Field.U32) PdhCertExportBuffer.LAYOUT.field("cert_chain_len");

  private final Platform platform;
  private final PresentedCertificates certificates;
  private @Nullable PlatformIdentity made;

  /**
   * The commands.
   *
   * @param certificates has read the certificates that PEK_CERT_IMPORT brings
   */
  IdentityCommands(Platform platform, PresentedCertificates certificates) {
    this.platform = platform;
    this.certificates = certificates;
  }

  void bind(Bindings bindings) {
    bindings.check("the platform is externally owned", call -> platform.externallyOwned());
    bindings.check(
        "the PEK is not this platform's", call -> !certificates.pek(call).sameBody(ownPek()));
    bindings.check(
        "the PEK has no empty signature slot", call -> emptySlot(certificates.pek(call)) < 0);
    bindings.checkOf("the new identity cannot be stored", this::storingFails);
    bindings.effect(PEK_GEN, call -> become());
    bindings.effect(PEK_CSR, call -> pekCsr(call.buffer()));
    bindings.effect(PEK_CERT_IMPORT, call -> become());
    bindings.effect(PDH_GEN, call -> become());
    bindings.effect(PDH_CERT_EXPORT, call -> pdhCertExport(call.buffer()));
    bindings.afterwards(() -> made = null);
  }

  private SevCertificate ownPek() {
    return platform.identity().pek().certificate();
  }

  private static int emptySlot(SevCertificate certificate) {
    for (int slot = 0; slot < SevCertificate.SLOTS; slot++) {
      if (certificate.slot(slot).usage() == Usage.NONE.value()
          && certificate.slot(slot).algorithm() == SevCertificate.Algorithm.NONE.value()) {
        return slot;
      }
    }
    return -1;
  }

  private Check storingFails(Shape shape) {
    Maker maker =
        switch (shape.row().command()) {
          case PEK_GEN -> call -> PlatformIdentity.selfOwned(platform.settings());
          case PDH_GEN -> call -> platform.identity().withNewPdh(platform.settings());
          default -> this::imported;
        };
    return call -> {
      PlatformIdentity wanted = maker.make(call);
      try {
        platform.store().save(wanted);
        made = wanted;
        return false;
      } catch (IOException | UncheckedIOException e) {
        return true;
      }
    };
  }

  private interface Maker {
    PlatformIdentity make(Call call) throws Refusal;
  }

  private PlatformIdentity imported(Call call) throws Refusal {
    ProcessorSettings settings = platform.settings();
    SevCertificate pek = certificates.pek(call);
    SevCertificate signed =
        CertificateSigner.sign(pek, emptySlot(pek), Usage.CEK, settings.chip().cekPrivate());
    return platform.identity().ownedBy(certificates.oca(call), signed, settings);
  }

  private void become() {
    PlatformIdentity known = made;
    if (known == null) {
      throw new IllegalStateException("the table takes up an identity before it is stored");
    }
    platform.become(known);
  }

  private void pekCsr(MemorySegment buffer) throws Refusal {
    byte[] request = ownPek().withoutSignatures().bytes();
    platform
        .memory()
        .writeHost(PekCsrBuffer.read(buffer).address(), MemorySegment.ofArray(request));
    CSR_LEN.set(buffer, SevCertificate.SIZE);
  }

  private void pdhCertExport(MemorySegment buffer) throws Refusal {
    PdhCertExportBuffer command = PdhCertExportBuffer.read(buffer);
    PlatformIdentity identity = platform.identity();
    MemorySegment chain = MemorySegment.ofArray(new byte[PlatformChain.PLATFORM_SIZE]);
    put(identity.pek().certificate(), chain, 0);
    put(identity.oca(), chain, 1);
    put(platform.cekCertificate(), chain, 2);
    byte[] pdh = identity.pdh().certificate().bytes();
    platform.memory().writeHost(command.pdhCertAddress(), MemorySegment.ofArray(pdh));
    platform.memory().writeHost(command.certChainAddress(), chain);
    PDH_LEN.set(buffer, SevCertificate.SIZE);
    CHAIN_LEN.set(buffer, PlatformChain.PLATFORM_SIZE);
  }

  private static void put(SevCertificate certificate, MemorySegment chain, int place) {
    chain
        .asSlice((long) place * SevCertificate.SIZE)
        .copyFrom(MemorySegment.ofArray(certificate.bytes()));
  }
}

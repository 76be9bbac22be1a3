package dev.sealift.firmware;

import static dev.sealift.abi.psp.PspCommand.ATTESTATION;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.AttestationBuffer;
import dev.sealift.crypto.launch.AttestationReport;
import java.lang.foreign.MemorySegment;

/**
 * ATTESTATION: a report, 208 bytes, of what a guest was launched from, signed by the PEK with ECDSA
 * on P-384 and SHA-256 over its first 52 bytes.
 *
 * <p>Source: AMD publication 55766, ATTESTATION.
 */
final class AttestationCommand {
  private static final Field.U32 LEN = (Field.U32) AttestationBuffer.LAYOUT.field("len");

  private final Platform platform;

  AttestationCommand(Platform platform) {
    this.platform = platform;
  }

  void bind(Bindings bindings) {
    bindings.effect(ATTESTATION, this::report);
  }

  private void report(Call call) throws Refusal {
    AttestationBuffer command = AttestationBuffer.read(call.buffer());
    AttestationReport report =
        AttestationReport.sign(
            command.mnonce(),
            call.guest().launchedDigest(),
            call.guest().policy(),
            platform.identity().pek().privateKey());
    platform.memory().writeHost(command.address(), MemorySegment.ofArray(report.bytes()));
    LEN.set(call.buffer(), AttestationReport.SIZE);
  }
}

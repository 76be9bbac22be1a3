package dev.sealift.firmware;

import static dev.sealift.abi.psp.PspCommand.ATTESTATION;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.AttestationBuffer;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;

/**
 * ATTESTATION: a report, 208 bytes, of what a guest was launched from, signed by the PEK with ECDSA
 * on P-384 and SHA-256 over its first 52 bytes.
 *
 * <pre>
 *   offset  0          10        30       34      38          3C         40          D0
 *          +----------+---------+--------+-------+-----------+----------+-----------+
 *          | nonce of | launch  | policy | usage | algorithm | reserved | signature |
 *          | caller   | digest  |        | 1002h | 2         |          | r[72]s[72]|
 *          +----------+---------+--------+-------+-----------+----------+-----------+
 * </pre>
 *
 * <p>Source: AMD publication 55766, ATTESTATION.
 */
final class AttestationCommand {
  private static final Field.U32 LEN = (Field.U32) AttestationBuffer.LAYOUT.field("len");

  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_attestation_report");
  private static final Field.Bytes NONCE = STRUCT.bytes("mnonce", 16);
  private static final Field.Bytes DIGEST = STRUCT.bytes("launch_digest", 32);
  private static final Field.U32 POLICY = STRUCT.u32("policy");
  private static final Field.U32 USAGE = STRUCT.u32("sig_usage");
  private static final Field.U32 ALGORITHM = STRUCT.u32("sig_algo");
  private static final Field.Bytes R = STRUCT.reserved(4).bytes("r", 72);
  private static final Field.Bytes S = STRUCT.bytes("s", 72);
  private static final StructLayout LAYOUT = STRUCT.size(208);

  private static final int COORDINATE = 48;

  private final Platform platform;

  AttestationCommand(Platform platform) {
    this.platform = platform;
  }

  void bind(Bindings bindings) {
    bindings.effect(ATTESTATION, this::report);
  }

  private void report(Call call) throws Refusal {
    AttestationBuffer command = AttestationBuffer.read(call.buffer());
    MemorySegment report = MemorySegment.ofArray(new byte[LAYOUT.size()]);
    NONCE.set(report, command.mnonce());
    DIGEST.set(report, call.guest().launchedDigest());
    POLICY.set(report, call.guest().policy().word());
    byte[] signature =
        sign(
            platform.identity().pek().privateKey(),
            report.asSlice(0, USAGE.offset()).toArray(ValueLayout.JAVA_BYTE));
    USAGE.set(report, Usage.PEK.value());
    ALGORITHM.set(report, Algorithm.ECDSA_SHA256.value());
    putReversed(signature, 0, R.slice(report));
    putReversed(signature, COORDINATE, S.slice(report));
    platform.memory().writeHost(command.address(), report);
    LEN.set(call.buffer(), LAYOUT.size());
  }

  /** r and s, 48 bytes each, big-endian. */
  private static byte[] sign(ECPrivateKey key, byte[] signed) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(key);
      signature.update(signed);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform has no ECDSA on P-384", e);
    }
  }

  private static void putReversed(byte[] signature, int from, MemorySegment to) {
    for (int i = 0; i < COORDINATE; i++) {
      to.set(ValueLayout.JAVA_BYTE, i, signature[from + COORDINATE - 1 - i]);
    }
  }
}

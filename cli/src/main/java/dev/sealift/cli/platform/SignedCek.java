package dev.sealift.cli.platform;

import dev.sealift.cli.BadInput;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import dev.sealift.crypto.cert.SignatureSlot;
import dev.sealift.firmware.StateDirectory;
import dev.sealift.vmm.VmmException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The certificate of a chip with its maker's signature, which the firmware does not have. */
final class SignedCek {

  private SignedCek() {}

  /**
   * The signed certificate that belongs to an unsigned one.
   *
   * @param unsigned as the firmware exports it
   * @param file what the caller named; null where that is nothing
   * @throws BadInput if a real platform has none, or if it is for another chip
   */
  static SevCertificate of(OpenPlatform platform, SevCertificate unsigned, @Nullable Path file)
      throws BadInput, VmmException {
    StateDirectory state = platform.state();
    if (file == null) {
      if (state != null) {
        return state.cek();
      }
      throw new BadInput(
          "The firmware exports its chip's certificate unsigned: fetch the signed one from %s and name it with --cek FILE."
              .formatted(ChipIds.url(ChipIds.of(platform.device()).getFirst())));
    }
    SevCertificate cek = CertificateFile.read(file, Usage.CEK);
    if (cek.slot(0).equals(SignatureSlot.EMPTY) && cek.slot(1).equals(SignatureSlot.EMPTY)) {
      throw new BadInput(
          "%s holds a CEK certificate that nobody has signed; fetch the signed one from %s."
              .formatted(file, ChipIds.url(ChipIds.of(platform.device()).getFirst())));
    }
    if (!sameKey(cek, unsigned)) {
      throw new BadInput(
          "%s is the certificate of another chip; this one's is at %s."
              .formatted(file, ChipIds.url(ChipIds.of(platform.device()).getFirst())));
    }
    return cek;
  }

  private static boolean sameKey(SevCertificate one, SevCertificate other) {
    try {
      return one.publicKey().getW().equals(other.publicKey().getW());
    } catch (MalformedCertificateException e) {
      return false;
    }
  }
}

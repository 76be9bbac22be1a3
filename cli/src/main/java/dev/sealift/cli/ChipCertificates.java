package dev.sealift.cli;

import dev.sealift.crypto.cert.AmdCertificate;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.crypto.cert.SevCertificate;
import java.nio.file.Path;

/**
 * The certificates of the chip in a platform's directory, for a process that does not switch the
 * platform on: another has it.
 *
 * @param cek the chip's, signed by its maker
 * @param ark the maker's root key
 * @param askThenArk both certificates of the maker, as SEND_START takes them
 */
// Made once, and handed out as copies.
@SuppressWarnings("ArrayRecordComponent")
public record ChipCertificates(SevCertificate cek, AmdCertificate ark, byte[] askThenArk) {
  private static final String CEK = "cek.cert";
  private static final String AMD = "ask-ark.cert";

  /** Two certificates with keys of 4096 bits. */
  private static final int MOST_AMD = 3200;

  /**
   * Reads them.
   *
   * @throws BadInput if the directory does not hold them
   */
  public static ChipCertificates of(Path state) throws BadInput {
    byte[] cek = InputFile.read(state.resolve(CEK), "a chip's certificate", SevCertificate.SIZE);
    byte[] amd = InputFile.read(state.resolve(AMD), "its maker's certificates", MOST_AMD);
    try {
      return new ChipCertificates(
          SevCertificate.parse(cek), AmdCertificate.parseChain(amd).getLast(), amd);
    } catch (MalformedCertificateException malformed) {
      throw new BadInput(
          "The platform in %s is damaged: %s. Restore a copy of the directory."
              .formatted(state, malformed.getMessage()),
          malformed);
    }
  }

  /** The root that the chip's maker is. */
  public RootOfTrust root() {
    return ModelRoot.root(ark);
  }

  /** ASK and ARK, one behind the other. */
  public byte[] amdCertificates() {
    return askThenArk.clone();
  }
}

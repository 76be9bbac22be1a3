package dev.sealift.cli;

import dev.sealift.crypto.cert.AmdCertificate;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.RootOfTrust;
import java.nio.file.Path;
import java.util.List;

/** A root key that the caller believes in, in a file: an ARK, or ASK and ARK. */
public final class RootFile {
  private static final int MOST_BYTES = 2 * 1600;

  private RootFile() {}

  /** Reads the root key. */
  public static RootOfTrust read(Path file) throws BadInput {
    byte[] bytes = InputFile.read(file, "a root key (an ARK, or ASK and ARK)", MOST_BYTES);
    try {
      return RootOfTrust.of(parse(bytes));
    } catch (MalformedCertificateException malformed) {
      throw new BadInput(
          "%s holds no root key: %s.".formatted(file, malformed.getMessage()), malformed);
    }
  }

  private static AmdCertificate parse(byte[] bytes) throws MalformedCertificateException {
    try {
      return AmdCertificate.parse(bytes);
    } catch (MalformedCertificateException notOne) {
      List<AmdCertificate> askThenArk = AmdCertificate.parseChain(bytes);
      return askThenArk.getLast();
    }
  }
}

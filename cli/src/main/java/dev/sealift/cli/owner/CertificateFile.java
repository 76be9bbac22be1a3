package dev.sealift.cli.owner;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.InputFile;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.SevCertificate;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * A file with a platform's certificates: one alone, or several one behind the other as platforms
 * export them (PDH, PEK, OCA, CEK, and then perhaps AMD's ASK and ARK).
 */
final class CertificateFile {
  private static final int LONGEST = 16384;
  private static final int PLATFORM_END = SevCertificate.SIZE + PlatformChain.PLATFORM_SIZE;

  private final Path file;
  private final byte[] bytes;

  private CertificateFile(Path file, byte[] bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  static CertificateFile read(Path file, String what) throws BadInput {
    byte[] bytes = InputFile.read(file, what, LONGEST);
    if (bytes.length < SevCertificate.SIZE) {
      throw new BadInput(
          "%s has %d bytes, and a SEV certificate has 2084: it is cut short or something else."
              .formatted(file, bytes.length));
    }
    return new CertificateFile(file, bytes);
  }

  /** The first certificate of a kind. */
  SevCertificate first(SevCertificate.Usage usage) throws BadInput {
    for (int at = 0; at + SevCertificate.SIZE <= bytes.length; at += SevCertificate.SIZE) {
      SevCertificate certificate = at(at);
      if (certificate.usage() == usage.value()) {
        return certificate;
      }
    }
    throw new BadInput("%s holds no %s certificate.".formatted(file, usage));
  }

  /** The whole chain, if the file goes up to AMD's certificates. */
  Optional<PlatformChain> chain() throws BadInput {
    if (bytes.length <= PLATFORM_END) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          PlatformChain.parse(
              Arrays.copyOf(bytes, SevCertificate.SIZE),
              Arrays.copyOfRange(bytes, SevCertificate.SIZE, PLATFORM_END),
              Arrays.copyOfRange(bytes, PLATFORM_END, bytes.length)));
    } catch (MalformedCertificateException e) {
      throw new BadInput("The chain in %s cannot be read: %s.".formatted(file, e.getMessage()), e);
    }
  }

  private SevCertificate at(int offset) {
    try {
      return SevCertificate.parse(Arrays.copyOfRange(bytes, offset, offset + SevCertificate.SIZE));
    } catch (MalformedCertificateException e) {
      throw new IllegalStateException("a slice of 2084 bytes", e);
    }
  }
}

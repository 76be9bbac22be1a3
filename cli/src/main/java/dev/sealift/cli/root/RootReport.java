package dev.sealift.cli.root;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.sealift.crypto.cert.AmdCertificate;
import dev.sealift.crypto.cert.ModelRoot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * What there is to say of a model root.
 *
 * @param emulated always true: it is nobody's who makes processors
 * @param directory where it is
 * @param name whose root it is, as verdicts on chains have it
 * @param ark the root key's certificate
 * @param ask the signing key's certificate
 * @param arkHash SHA-384 over the ARK's signed bytes: what those who believe in it compare
 */
record RootReport(
    boolean emulated, String directory, String name, Key ark, Key ask, String arkHash) {

  /**
   * One of its two keys.
   *
   * @param keyId its name, 16 bytes as ASCII
   * @param bits of an RSA modulus
   * @param bytes of the certificate
   */
  record Key(String keyId, int bits, int bytes) {
    static Key of(AmdCertificate certificate) {
      return new Key(
          new String(certificate.keyId(), StandardCharsets.US_ASCII),
          certificate.modulusBits(),
          certificate.bytes().length);
    }

    String words() {
      return "%s, RSA %d, %d bytes".formatted(keyId, bits, bytes);
    }
  }

  static RootReport of(Path directory, ModelRoot root) {
    return new RootReport(
        true,
        directory.toString(),
        root.root().name(),
        Key.of(root.ark()),
        Key.of(root.ask()),
        HexFormat.of().formatHex(root.root().arkHash()));
  }

  /** For people. */
  @JsonIgnore
  String page() {
    return """
    THIS IS A MODEL. AMD did not make it, and nobody but its users believes in it.

    root        %s
    name        %s
    ARK         %s
    ARK SHA-384 %s
    ASK         %s
    files       %s: ASK and ARK, for everybody
                %s: the ASK's private key; whoever has it makes chips of this root
    """
        .formatted(
            directory,
            name,
            ark.words(),
            arkHash,
            ask.words(),
            ModelRoot.CERTIFICATES_FILE,
            ModelRoot.KEY_FILE);
  }
}

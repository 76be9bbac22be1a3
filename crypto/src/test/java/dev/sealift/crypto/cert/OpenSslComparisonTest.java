package dev.sealift.crypto.cert;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("OpenSSL agrees about the real certificates' signatures")
class OpenSslComparisonTest {
  private static final int HALF_OF_ECDSA = 72;

  @TempDir private Path directory;

  @ParameterizedTest(name = "{0} under {1}")
  @CsvSource({"pdh, pek, 0", "pek, oca, 0", "pek, cek, 1", "oca, oca, 0"})
  void ecdsa(String signed, String signer, int slot) throws Exception {
    SevCertificate certificate = Fixtures.naples(signed);
    byte[] signature = certificate.slot(slot).signature();
    byte[] der = der(signature);
    PublicKey key = Fixtures.naples(signer).publicKey();
    assertThat(accepts(key, der, certificate.body(), "-sha256")).isTrue();
    byte[] changed = certificate.body();
    changed[0x300] ^= 1;
    assertThat(accepts(key, der, changed, "-sha256")).isFalse();
  }

  @Test
  void theCekUnderTheAsk() throws Exception {
    SevCertificate cek = Fixtures.naples("cek");
    byte[] signature = LittleEndian.reversed(Arrays.copyOf(cek.slot(0).signature(), 256));
    PublicKey key = Fixtures.ask(Generation.NAPLES).publicKey();
    assertThat(accepts(key, signature, cek.body(), pss(256))).isTrue();
    signature[255] ^= 1;
    assertThat(accepts(key, signature, cek.body(), pss(256))).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void arkAndAsk(Generation generation) throws Exception {
    AmdCertificate ark = Fixtures.ark(generation);
    String[] options = pss(ark.modulusBits() == 2048 ? 256 : 384);
    for (AmdCertificate certificate : List.of(ark, Fixtures.ask(generation))) {
      byte[] signature = LittleEndian.reversed(certificate.signature());
      assertThat(accepts(ark.publicKey(), signature, certificate.signedBytes(), options)).isTrue();
      byte[] changed = certificate.signedBytes();
      changed[0x30] ^= 1;
      assertThat(accepts(ark.publicKey(), signature, changed, options)).isFalse();
    }
  }

  private static String[] pss(int hashBits) {
    return new String[] {
      "-sha" + hashBits,
      "-sigopt",
      "rsa_padding_mode:pss",
      "-sigopt",
      "rsa_pss_saltlen:" + hashBits / Byte.SIZE
    };
  }

  private boolean accepts(PublicKey key, byte[] signature, byte[] message, String... options)
      throws Exception {
    String pem =
        "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
            .formatted(Base64.getMimeEncoder().encodeToString(key.getEncoded()));
    Path keyFile = Files.writeString(directory.resolve("key.pem"), pem);
    Path signatureFile = Files.write(directory.resolve("signature"), signature);
    Path messageFile = Files.write(directory.resolve("message"), message);
    List<String> command = new ArrayList<>(List.of("openssl", "dgst"));
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-verify",
            keyFile.toString(),
            "-signature",
            signatureFile.toString(),
            messageFile.toString()));
    Process process = start(command);
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    boolean accepted = process.waitFor() == 0;
    assertThat(said).contains(accepted ? "Verified OK" : "Verification failure");
    return accepted;
  }

  private static Process start(List<String> command) {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException absent) {
      Assumptions.abort("openssl is not on this machine");
      throw new UncheckedIOException(absent);
    }
  }

  /** r and s as OpenSSL takes them: a DER sequence of two numbers. */
  private static byte[] der(byte[] signature) {
    byte[] r = number(Arrays.copyOf(signature, HALF_OF_ECDSA));
    byte[] s = number(Arrays.copyOfRange(signature, HALF_OF_ECDSA, 2 * HALF_OF_ECDSA));
    byte[] der = new byte[2 + r.length + s.length];
    der[0] = 0x30;
    der[1] = (byte) (r.length + s.length);
    System.arraycopy(r, 0, der, 2, r.length);
    System.arraycopy(s, 0, der, 2 + r.length, s.length);
    return der;
  }

  private static byte[] number(byte[] littleEndian) {
    BigInteger value = LittleEndian.read(littleEndian);
    byte[] content = value.toByteArray();
    byte[] der = new byte[2 + content.length];
    der[0] = 2;
    der[1] = (byte) content.length;
    System.arraycopy(content, 0, der, 2, content.length);
    return der;
  }
}

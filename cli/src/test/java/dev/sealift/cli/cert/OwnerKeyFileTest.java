package dev.sealift.cli.cert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sealift.cli.BadInput;
import dev.sealift.crypto.P384;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A file with an owner's private key")
class OwnerKeyFileTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir private Path directory;

  private final KeyPair pair = P384.generate(RANDOM);
  private final ECPrivateKey key = (ECPrivateKey) pair.getPrivate();

  @Test
  void whatIsWrittenIsReadAgainAndIsTheOwnersAlone() throws Exception {
    Path file = directory.resolve("owner.key");
    OwnerKeyFile.write(file, key);
    assertThat(OwnerKeyFile.read(file).getS()).isEqualTo(key.getS());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Files.readString(file))
        .startsWith("-----BEGIN PRIVATE KEY-----\n")
        .endsWith("\n-----END PRIVATE KEY-----\n");
    assertThatExceptionOfType(BadInput.class)
        .isThrownBy(() -> OwnerKeyFile.write(file, key))
        .withMessageContaining("left as it is");
  }

  @Test
  @DisplayName("SEC 1 is read, with EC PARAMETERS before it or without")
  void sec1() throws Exception {
    String sec1 =
        pem(
            new PemObject(
                "EC PRIVATE KEY",
                new org.bouncycastle.asn1.sec.ECPrivateKey(
                        384, key.getS(), SECObjectIdentifiers.secp384r1)
                    .getEncoded()));
    assertThat(OwnerKeyFile.read(file(sec1)).getS()).isEqualTo(key.getS());
    String parameters =
        pem(new PemObject("EC PARAMETERS", SECObjectIdentifiers.secp384r1.getEncoded()));
    assertThat(OwnerKeyFile.read(file(parameters + sec1)).getS()).isEqualTo(key.getS());
  }

  @Test
  void whatOpenSslMakesIsRead() throws Exception {
    for (String make :
        List.of(
            "openssl ecparam -name secp384r1 -genkey -out FILE",
            "openssl ecparam -name secp384r1 -genkey -noout -out FILE",
            "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out FILE")) {
      Path file = Files.createTempFile(directory, "made", ".pem");
      openssl(make, file);
      Path publicKey = Files.createTempFile(directory, "public", ".der");
      openssl("openssl pkey -in " + file + " -pubout -outform DER -out FILE", publicKey);
      assertThat(P384.publicKey(OwnerKeyFile.read(file)).getEncoded())
          .as(make)
          .isEqualTo(Files.readAllBytes(publicKey));
    }
  }

  @Test
  void whatIsWrittenOpenSslReads() throws Exception {
    Path file = directory.resolve("owner.key");
    OwnerKeyFile.write(file, key);
    Path publicKey = directory.resolve("public.der");
    openssl("openssl pkey -in " + file + " -pubout -outform DER -out FILE", publicKey);
    assertThat(Files.readAllBytes(publicKey)).isEqualTo(pair.getPublic().getEncoded());
  }

  @Test
  void aKeyOnAnotherCurveOrOfAnotherKindIsRefused() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair small = generator.generateKeyPair();
    assertRefused(pem(new JcaPKCS8Generator(small.getPrivate(), null)), "another curve than P-384");
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);
    assertRefused(pem(rsa.generateKeyPair()), "not of an elliptic curve");
  }

  @Test
  void anEncryptedKeyIsRefusedWithTheWayOut() throws Exception {
    var encryptor =
        new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
            .setProvider(new BouncyCastleProvider())
            .setPassword("secret".toCharArray())
            .build();
    assertRefused(pem(new JcaPKCS8Generator(key, encryptor)), "behind a password");
  }

  @Test
  void aPublicKeyIsRefused() throws Exception {
    assertRefused(pem(pair.getPublic()), "holds a public key; name the file with the private key");
  }

  @Test
  void whatHoldsNoKeyIsRefused() throws Exception {
    assertRefused("", "holds no private key in PEM");
    assertRefused("garbage\u0000\u00ff", "holds no private key in PEM");
    assertRefused(
        pem(new PemObject("EC PARAMETERS", SECObjectIdentifiers.secp384r1.getEncoded())),
        "holds no private key in PEM");
    assertRefused(
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "damaged private key");
    assertRefused("-----BEGIN EC PRIVATE KEY-----\nMIGk", "damaged private key");
    assertRefused("x".repeat(20_000), "too long for a private key in PEM");
    assertThatExceptionOfType(BadInput.class)
        .isThrownBy(() -> OwnerKeyFile.read(directory))
        .withMessageContaining("is a directory");
  }

  @Test
  void aKeyThatNamesNoCurveIsRefused() throws Exception {
    String sec1 = pem(pair);
    assertThat(sec1).startsWith("-----BEGIN EC PRIVATE KEY-----");
    assertRefused(sec1, "a key that does not name its curve");
  }

  private void assertRefused(String content, String why) throws Exception {
    Path file = file(content);
    assertThatExceptionOfType(BadInput.class)
        .isThrownBy(() -> OwnerKeyFile.read(file))
        .withMessageStartingWith(file.toString())
        .withMessageContaining(why);
  }

  private static void openssl(String command, Path file) throws Exception {
    List<String> words = List.of(command.replace("FILE", file.toString()).split(" "));
    Process process;
    try {
      process = new ProcessBuilder(words).redirectErrorStream(true).start();
    } catch (IOException absent) {
      Assumptions.abort("openssl is not on this machine");
      throw absent;
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private Path file(String content) throws Exception {
    return Files.writeString(Files.createTempFile(directory, "key", ".pem"), content);
  }

  private static String pem(Object object) throws Exception {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    return text.toString();
  }
}

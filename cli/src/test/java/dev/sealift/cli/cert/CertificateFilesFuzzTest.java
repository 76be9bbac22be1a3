package dev.sealift.cli.cert;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.sealift.cli.BadInput;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.CertificateTree;
import dev.sealift.fuzz.FuzzFile;
import dev.sealift.fuzz.FuzzSuite;
import dev.sealift.fuzz.FuzzTarget;
import dev.sealift.fuzz.Promise;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPrivateKey;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Any bytes in a file of an owner's key or of certificates")
class CertificateFilesFuzzTest implements FuzzSuite {
  private static final String KEY = "PRIVATE KEY";
  private static final String EC_KEY = "EC PRIVATE KEY";

  @Override
  public List<FuzzTarget> targets() {
    FuzzTarget.Reading keys = FuzzFile.inFile(OwnerKeyFile::read);
    return List.of(
        FuzzTarget.of("owner-key", keys)
            .refusing(BadInput.class)
            .allocating(8 << 20)
            .upTo(32 << 10)
            .speaking("-----BEGIN ", "-----END ", KEY, EC_KEY, "Proc-Type: 4,ENCRYPTED\n", "\n")
            .sampled(CertificateFilesFuzzTest::addPem),
        FuzzTarget.of("owner-key-der", input -> keys.read(pem(KEY, input)))
            .refusing(BadInput.class)
            .allocating(8 << 20)
            .upTo(8 << 10)
            .sampled(samples -> samples.put("p384", key().getEncoded())),
        FuzzTarget.of("owner-key-sec1", input -> keys.read(pem(KEY, wrapped(input))))
            .refusing(BadInput.class)
            .allocating(8 << 20)
            .upTo(8 << 10)
            .sampled(samples -> samples.put("p384", sec1())),
        FuzzTarget.of("certificates-shown", FuzzFile.inFile(CertificateFilesFuzzTest::show))
            .refusing(BadInput.class)
            .allocating(32 << 20)
            .sampled(samples -> samples.put("chain", chain())));
  }

  /** What is printed of certificates holds nothing that is for a terminal. */
  private static void show(Path file) throws Exception {
    CertificateBag bag = CertificateBag.read(List.of(file));
    CertificateTree tree = bag.tree();
    String page = VerifyPage.of(VerifyReport.of(bag, tree, tree.verify()));
    Promise.holds(
        page.chars().noneMatch(c -> Character.isISOControl(c) && c != '\n'), "it is printable");
  }

  private static ECPrivateKey key() throws Exception {
    return P384.privateKey(BigInteger.valueOf(11));
  }

  private static void addPem(Map<String, byte[]> samples) throws Exception {
    samples.put("pkcs8", pem(KEY, key().getEncoded()));
    samples.put("sec1", pem(EC_KEY, sec1()));
  }

  private static byte[] sec1() throws Exception {
    return new org.bouncycastle.asn1.sec.ECPrivateKey(
            384, key().getS(), SECObjectIdentifiers.secp384r1)
        .getEncoded();
  }

  /** Puts what may be a SEC 1 key into a PKCS #8 one that says it is. */
  private static byte[] wrapped(byte[] sec1) throws Exception {
    PrivateKeyInfo sound = PrivateKeyInfo.getInstance(key().getEncoded());
    ASN1EncodableVector parts = new ASN1EncodableVector();
    parts.add(new ASN1Integer(0));
    parts.add(sound.getPrivateKeyAlgorithm());
    parts.add(new DEROctetString(sec1));
    return new DERSequence(parts).getEncoded();
  }

  private static byte[] pem(String kind, byte[] der) {
    ByteArrayOutputStream pem = new ByteArrayOutputStream();
    pem.writeBytes(("-----BEGIN " + kind + "-----\n").getBytes(US_ASCII));
    pem.writeBytes(Base64.getMimeEncoder(64, new byte[] {'\n'}).encode(der));
    pem.writeBytes(("\n-----END " + kind + "-----\n").getBytes(US_ASCII));
    return pem.toByteArray();
  }

  private static byte[] chain() throws Exception {
    Path corpus =
        Path.of("..", "crypto", "src", "test", "resources", "dev", "sealift", "crypto", "cert");
    return Files.readAllBytes(corpus.resolve("corpus/certificate-chain/sound-chain"));
  }
}
